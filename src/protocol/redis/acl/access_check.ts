/**
 * Holds requests against what a user may do. The verdicts are Redis's, with one exception: a script runs on a
 * server under the proxy's name, so nobody checks what it does there. Therefore running scripts takes a user who
 * may do anything, or rules that name the command (`+eval`) or `+@scripting`.
 */
import { type Arguments, isWord } from "../../arguments.ts";
import type { Command, KeySpec } from "../command.ts";
import { READS, WRITES } from "../commands/key_specs.ts";
import { KeyFinder } from "../key_finder.ts";
import { CHANNEL_USES } from "./channels.ts";
import type { Selector } from "./selector.ts";
import type { User } from "./user.ts";

/** The request may go on. */
export const ALLOWED = 0;
/** The command may not be run. */
export const DENIED_COMMAND = 1;
/** The command runs a script, which may do more than the user. */
export const DENIED_SCRIPT = 2;
/** One of the keys may not be used so. */
export const DENIED_KEY = 3;
/** SORT would read keys by BY, which takes a user that may read all keys. */
export const DENIED_SORT_BY = 4;
/** As `DENIED_SORT_BY`, by GET. */
export const DENIED_SORT_GET = 5;

/** One of the channels may not be used. */
export const DENIED_CHANNEL = 6;

/** Checks requests; reused from request to request. */
export class AccessCheck {
  /** After `DENIED_KEY`: the argument that is the key. */
  argument = 0;
  readonly #finder = new KeyFinder();

  /**
   * Whether the user may send this request, whose arity is right; `args[0]` is the command's name.
   *
   * Shape: `ALLOWED`, or of the reasons that its permissions give the one that comes closest to being allowed.
   */
  check(user: User, command: Command, args: Arguments): number {
    let closest = DENIED_COMMAND;
    let furthest = 0;
    for (const selector of user.selectors) {
      const verdict = this.#checkAgainst(selector, command, args);
      if (verdict === ALLOWED) return ALLOWED;
      if (verdict > closest || (verdict === closest && this.argument > furthest)) {
        closest = verdict;
        furthest = this.argument;
      }
    }
    this.argument = furthest;
    return closest;
  }

  #checkAgainst(selector: Selector, command: Command, args: Arguments): number {
    this.argument = 0;
    if (!isOpenToAll(command)) {
      if (!selector.allowsCommand(command, args)) return DENIED_COMMAND;
      if (runsScript(command) && !selector.isUnlimited && !selector.names(command)) return DENIED_SCRIPT;
    }
    if (command.group === "pubsub") return this.#checkChannels(selector, command, args);
    if (selector.allKeys) return ALLOWED;
    for (const spec of command.keys) {
      if (!this.#allowsKeysOf(spec, selector, command, args)) return DENIED_KEY;
    }
    return command.group === "generic" && command.name.startsWith("sort") && !selector.readsAllKeys
      ? checkSort(args)
      : ALLOWED;
  }

  #checkChannels(selector: Selector, command: Command, args: Arguments): number {
    const use = CHANNEL_USES.get(command.name);
    if (use === undefined) return ALLOWED;
    for (let i = 1; i < (use.all ? args.count : 2); i++) {
      const channel = Buffer.from(args.bytesOf(i).subarray(args.start(i), args.end(i)));
      if (selector.allowsChannel(channel, use.arePatterns)) continue;
      this.argument = i;
      return DENIED_CHANNEL;
    }
    return ALLOWED;
  }

  #allowsKeysOf(spec: KeySpec, selector: Selector, command: Command, args: Arguments): boolean {
    const finder = this.#finder;
    // A request whose keys can't be found is refused by whoever needs them to serve it.
    const count = finder.findKeysOf(spec, args);
    const needs = spec.flags.includes("variable_flags") ? needsOf(command, args) : spec.needs;
    for (let i = 0; i < count; i++) {
      const index = finder.keys[i]!;
      if (selector.allowsKey(args.bytesOf(index), args.start(index), args.end(index), needs)) continue;
      this.argument = index;
      return false;
    }
    return true;
  }
}

/** What a stranger may say: nobody can be kept from it. */
function isOpenToAll(command: Command): boolean {
  return command.flags.includes("no_auth");
}

function runsScript(command: Command): boolean {
  return command.group === "scripting" && command.keys.length > 0;
}

/** SET and BITFIELD say in their arguments what they do with their key. */
function needsOf(command: Command, args: Arguments): number {
  if (command.name === "set") return returnsOldValue(args) ? READS | WRITES : WRITES;
  return onlyReadsBits(args) ? READS : READS | WRITES;
}

/** SET key value … GET. */
function returnsOldValue(args: Arguments): boolean {
  for (let i = 3; i < args.count; i++) if (isWord(args, i, "GET")) return true;
  return false;
}

/** BITFIELD key with nothing but `GET type offset` and `OVERFLOW how`. */
function onlyReadsBits(args: Arguments): boolean {
  for (let i = 2; i < args.count; i++) {
    if (isWord(args, i, "GET") && i + 2 < args.count) i += 2;
    else if (isWord(args, i, "OVERFLOW") && i + 1 < args.count) i++;
    else return false;
  }
  return true;
}

/** What SORT makes its keys of is known to no one but the server that sorts. */
function checkSort(args: Arguments): number {
  for (let i = 2; i + 1 < args.count; i++) {
    if (isWord(args, i, "LIMIT")) i += 2;
    else if (isWord(args, i, "STORE")) i++;
    else if (isWord(args, i, "GET")) return DENIED_SORT_GET;
    else if (isWord(args, i, "BY")) {
      i++;
      if (args.bytesOf(i).subarray(args.start(i), args.end(i)).includes(STAR)) return DENIED_SORT_BY;
    }
  }
  return ALLOWED;
}

const STAR = 42;
