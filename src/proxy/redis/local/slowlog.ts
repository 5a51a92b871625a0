/** SLOWLOG: the pool's part of the instance's slow log, in the form Redis gives its own. */
import type { SlowRequest } from "../../../stats/mod.ts";
import { arrayReply, bulkReply, errorReply, integerReply, OK } from "../replies.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

const USUAL_COUNT = 10;

/** SLOWLOG GET [count]: the newest; -1 is all. */
export const slowlogGet: LocalCommand = async (call) => {
  const text = call.args[2]?.toString("latin1") ?? String(USUAL_COUNT);
  const count = Number(text);
  if (call.args.length > 3) return errorReply("ERR wrong number of arguments for 'slowlog|get' command");
  if (!/^-?\d{1,15}$/.test(text) || count < -1) {
    return errorReply("ERR count should be greater than or equal to -1");
  }
  const entries = await entriesOf(call);
  return arrayReply(entries.slice(0, count < 0 ? Infinity : count).map(renderEntry));
};

/** SLOWLOG LEN. */
export const slowlogLen: LocalCommand = async (call) => integerReply((await entriesOf(call)).length);

/** SLOWLOG RESET. */
export const slowlogReset: LocalCommand = async ({ pool }) => {
  await pool.shared.supervisor.resetInstanceSlowLog(pool.config.name);
  return OK;
};

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
