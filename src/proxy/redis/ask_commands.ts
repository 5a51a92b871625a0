/**
 * Asks a server which commands it has. Names come first, a few kilobytes; only those that the table lacks are asked
 * about. A server that names nothing new since it was asked last, and is the same one, is asked no more than that.
 */
import {
  beyondTable,
  commandsIn,
  namesIn,
  type ServerCommands,
  unknownNames,
} from "../../protocol/redis/learned/server_commands.ts";
import { readReply } from "../../protocol/redis/read_reply.ts";
import { Failure, type ReplyValue } from "../../protocol/redis/reply_value.ts";
import type { Backend } from "../backend.ts";
import type { Pool } from "../pool.ts";
import { noteVersion } from "../server_versions.ts";
import { type Ask, talkTo } from "../talk.ts";
import { encodeCommand } from "./greeting.ts";

const COMMAND = encodeCommand(["COMMAND"]);
const COMMAND_COUNT = encodeCommand(["COMMAND", "COUNT"]);
const COMMAND_LIST = encodeCommand(["COMMAND", "LIST"]);
const RUN_ID = /^run_id:(\w+)/m;

/** What the server has; `former` is what it had when it was asked last. Errors: throws when it doesn't tell. */
export function askForCommands(
  pool: Pool,
  backend: Backend,
  former: ServerCommands | null,
): Promise<ServerCommands> {
  const { way } = backend;
  return talkTo(pool, way, way.greeting, async (ask) => {
    const [info, list, count] = await Promise.all([
      ask(pool.protocol.version.bytes),
      ask(COMMAND_LIST),
      ask(COMMAND_COUNT),
    ]);
    const text = info.toString("latin1");
    noteVersion(backend, pool.protocol.version, text);
    const runId = RUN_ID.exec(text)?.[1] ?? "";
    const fingerprint = [runId, backend.version, count.toString("latin1"), Bun.hash(list)].join();
    if (runId !== "" && fingerprint === former?.fingerprint) return former;
    return { fingerprint, ...await describe(ask, list) };
  });
}

/** Redis before 7 has no COMMAND LIST, and fewer commands to tell of. */
async function describe(ask: Ask, list: Buffer): Promise<Pick<ServerCommands, "names" | "told">> {
  const reply = readReply(list);
  if (reply === undefined || reply instanceof Failure) {
    const commands = commandsIn(answered(await ask(COMMAND)));
    return { names: new Set(commands.map(({ name }) => name)), told: beyondTable(commands) };
  }
  const names = namesIn(reply);
  const unknown = unknownNames(names);
  if (unknown.length === 0) return { names, told: [] };
  const question = encodeCommand(["COMMAND", "INFO", ...unknown]);
  return { names, told: beyondTable(commandsIn(answered(await ask(question)))) };
}

function answered(reply: Buffer): ReplyValue {
  const value = readReply(reply);
  if (value === undefined) throw new Error("the server's reply describes no commands");
  if (value instanceof Failure) throw new Error(value.text);
  return value;
}
