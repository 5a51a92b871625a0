/** Numbers in arguments and values, as strictly read as Redis reads them. */
import { Failure } from "../failure.ts";

const INTEGER = /^(0|-?[1-9]\d{0,18})$/;
const LARGEST = 2n ** 63n - 1n;
const SMALLEST = -(2n ** 63n);
/** Decimal, exponential or infinite; no blanks. Hexadecimal, which C reads too, is left out. */
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(inity)?$/i;

export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const NOT_A_FLOAT = "ERR value is not a valid float";

/** A 64-bit integer, or null when the bytes are none. */
export function readInteger64(bytes: Buffer): bigint | null {
  if (bytes.length > 20) return null;
  const text = bytes.toString("latin1");
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value > LARGEST || value < SMALLEST ? null : value;
}

/** Whether a number fits in 64 bits. */
export function fitsInteger64(value: bigint): boolean {
  return value <= LARGEST && value >= SMALLEST;
}

/** As a number, which is less exact beyond 2^53, where no index or count of ours reaches. Null when the bytes are none. */
export function readInteger(bytes: Buffer): number | null {
  if (bytes.length < 16) {
    const text = bytes.toString("latin1");
    return INTEGER.test(text) ? Number(text) : null;
  }
  const value = readInteger64(bytes);
  return value === null ? null : Number(value);
}

/** Argument `index` as an integer. Errors: a Failure with this text when it is none. */
export function integerAt(args: readonly Buffer[], index: number, fault: string = NOT_AN_INTEGER): number {
  const value = readInteger(args[index]!);
  if (value === null) throw new Failure(fault);
  return value;
}

/** A float, infinities included, or null when the bytes are none. */
export function readFloat(bytes: Buffer): number | null {
  const text = bytes.toString("latin1");
  if (FLOAT.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite === null) return null;
  return infinite[1] === "-" ? -Infinity : Infinity;
}

/** Argument `index` as a float. Errors: a Failure with this text when it is none. */
export function floatAt(args: readonly Buffer[], index: number, fault: string = NOT_A_FLOAT): number {
  const value = readFloat(args[index]!);
  if (value === null) throw new Failure(fault);
  return value;
}

/** Argument `index` as a keyword: upper case. */
export function keywordAt(args: readonly Buffer[], index: number): string {
  return args[index]!.toString("latin1").toUpperCase();
}
