/** SLOWLOG: the pool's part of the instance's slow log, in the form Redis gives its own. */
import type { SlowRequest } from "../../../stats/mod.ts";
import { arrayReply, bulkReply, errorReply, integerReply, simpleReply } from "../replies.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

const USUAL_COUNT = 10;

/** SLOWLOG GET [count]: the newest; -1 is all. */
export const slowlogGet: LocalCommand = (call) => {
  const text = call.args[2]?.toString("latin1") ?? String(USUAL_COUNT);
  const count = Number(text);
  if (call.args.length > 3 || !/^-?\d{1,15}$/.test(text)) return errorReply(NOT_A_COUNT);
  if (count < -1) return errorReply(TOO_SMALL);
  return forOperators(call, async () => {
    const entries = await entriesOf(call);
    return arrayReply(entries.slice(0, count < 0 ? Infinity : count).map(renderEntry));
  });
};

/** SLOWLOG LEN. */
export const slowlogLen: LocalCommand = (call) =>
  forOperators(call, async () => integerReply((await entriesOf(call)).length));

/** SLOWLOG RESET. */
export const slowlogReset: LocalCommand = (call) =>
  forOperators(call, async () => {
    await call.pool.shared.supervisor.resetInstanceSlowLog(call.pool.config.name);
    return simpleReply("OK");
  });

const NOT_A_COUNT = "ERR value is not an integer or out of range";
const TOO_SMALL = "ERR count should be greater than or equal to -1";

function forOperators(call: LocalCall, answer: () => Promise<Uint8Array>): Uint8Array | Promise<Uint8Array> {
  if (call.pool.config.adminCommands) return answer();
  return errorReply(`NOPERM ${call.command.name.toUpperCase().replace("|", " ")} takes admin_commands: true`);
}

async function entriesOf({ pool }: LocalCall): Promise<SlowRequest[]> {
  const entries = await pool.shared.supervisor.instanceSlowLog();
  return entries.filter((entry) => entry.pool === pool.config.name);
}

function renderEntry({ id, at, totalMs, command, key, client }: SlowRequest): Uint8Array {
  const words = [...command.toUpperCase().split("|"), ...(key === "" ? [] : [key])];
  return arrayReply([
    integerReply(id),
    integerReply(Math.floor(at / 1000)),
    integerReply(Math.round(totalMs * 1000)),
    arrayReply(words.map((word) => bulkReply(Buffer.from(word, "latin1")))),
    bulkReply(client),
    bulkReply(""),
  ]);
}
