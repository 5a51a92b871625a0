/** Why requests can't be served as they were asked, in the words of Redis where it has some. */
import { arityFits } from "../../protocol/redis/command_lookup.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { BAD_NUMKEYS, NEGATIVE_NUMKEYS, TOO_MANY_NUMKEYS } from "../../protocol/redis/key_finder.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Session } from "../session.ts";
import { confinedFault, isAlwaysServed, MONITOR_FAULT, usesKeyspace } from "./confinement.ts";

/** Why a known command can't be served as it was asked; empty when it can. What is queued is left to the server. */
export function requestFault(
  { client: { redis } }: Session,
  command: Command,
  request: RequestScanner,
): string {
  if (!arityFits(command, request.count)) {
    return `ERR wrong number of arguments for '${command.name}' command`;
  }
  if (redis !== null && redis.isConfined && !isAlwaysServed(command)) return confinedFault(command);
  if (redis !== null && redis.isMonitoring && usesKeyspace(command)) return MONITOR_FAULT;
  if (redis !== null && redis.transaction !== null) return "";
  if (command.handling === "refuse") return `ERR ${command.refusal}`;
  if (command.handling === "split-pairs" && request.count % 2 === 0) {
    return `ERR wrong number of arguments for '${command.name}' command`;
  }
  return "";
}

/** What is said when the keys of a command can't be found; `code` is the key finder's. */
export function keyFault({ name }: Command, code: number): string {
  if (/mpop$|^sintercard$/.test(name) && (code === BAD_NUMKEYS || code === NEGATIVE_NUMKEYS)) {
    return "ERR numkeys should be greater than 0";
  }
  if (/^z(diff|inter|union)/.test(name) && code === NEGATIVE_NUMKEYS) {
    return `ERR at least 1 input key is needed for '${name}' command`;
  }
  if (/mpop$|^z(diff|inter|union)/.test(name) && code === TOO_MANY_NUMKEYS) return "ERR syntax error";
  switch (code) {
    case BAD_NUMKEYS:
      return "ERR value is not an integer or out of range";
    case TOO_MANY_NUMKEYS:
      return "ERR Number of keys can't be greater than number of args";
    case NEGATIVE_NUMKEYS:
      return "ERR Number of keys can't be negative";
    default:
      return "ERR syntax error";
  }
}
