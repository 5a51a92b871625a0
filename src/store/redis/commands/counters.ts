/** Strings that are numbers. */
import { STRING } from "../../data/entry.ts";
import { Failure } from "../../failure.ts";
import type { Call, Handler, Handlers } from "../call.ts";
import { addFloats } from "../long_double.ts";
import { fitsInteger64, NOT_A_FLOAT, NOT_AN_INTEGER, readFloat, readInteger64 } from "../numbers.ts";

const OVERFLOW = "ERR increment or decrement would overflow";

/** What is there plus `by`. Errors: a Failure when it is no integer, or the sum none of 64 bits. */
export function sumOf(value: Buffer | null, by: bigint, fault: string = NOT_AN_INTEGER): bigint {
  const old = value === null ? 0n : readInteger64(value);
  if (old === null) throw new Failure(fault);
  const sum = old + by;
  if (!fitsInteger64(sum)) throw new Failure(OVERFLOW);
  return sum;
}

/** As `sumOf`, for floats, as text. */
export function floatSumOf(value: Buffer | null, by: Buffer, fault: string = NOT_A_FLOAT): Buffer {
  const old = value === null ? 0 : readFloat(value);
  if (old === null) throw new Failure(fault);
  const more = readFloat(by);
  if (more === null) throw new Failure(NOT_A_FLOAT);
  const areFinite = Number.isFinite(old) && Number.isFinite(more);
  const sum = areFinite ? addFloats(value?.toString("latin1") ?? "0", by.toString("latin1")) : null;
  if (sum === null) throw new Failure("ERR increment would produce NaN or Infinity");
  return Buffer.from(sum, "latin1");
}

/** Argument `index` as a 64-bit integer. Errors: a Failure when it is none. */
export function bigAt(args: readonly Buffer[], index: number): bigint {
  const value = readInteger64(args[index]!);
  if (value === null) throw new Failure(NOT_AN_INTEGER);
  return value;
}

async function add({ args, keyspace, reply }: Call, by: bigint): Promise<void> {
  const entry = await keyspace.findOf(args[1]!, STRING);
  const sum = sumOf(entry === null ? null : await keyspace.valueOf(entry), by);
  const value = Buffer.from(sum.toString(), "latin1");
  if (entry === null) await keyspace.setString(args[1]!, value);
  else keyspace.setValue(entry, value);
  reply.integer(sum);
}

const decrby: Handler = (call) => {
  const by = bigAt(call.args, 2);
  if (!fitsInteger64(-by)) throw new Failure("ERR decrement would overflow");
  return add(call, -by);
};

const incrbyfloat: Handler = async ({ args, keyspace, reply }) => {
  const entry = await keyspace.findOf(args[1]!, STRING);
  const sum = floatSumOf(entry === null ? null : await keyspace.valueOf(entry), args[2]!);
  if (entry === null) await keyspace.setString(args[1]!, sum);
  else keyspace.setValue(entry, sum);
  reply.bulk(sum);
};

/** Counters. */
export const COUNTER_COMMANDS: Handlers = {
  incr: (call) => add(call, 1n),
  decr: (call) => add(call, -1n),
  incrby: (call) => add(call, bigAt(call.args, 2)),
  decrby,
  incrbyfloat,
};
