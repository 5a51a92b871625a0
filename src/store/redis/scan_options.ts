/** What SCAN and its like take behind their cursor, and the cursor. */
import { Failure, syntaxError } from "../failure.ts";
import { integerAt, keywordAt, NOT_AN_INTEGER } from "./numbers.ts";

const DEFAULT_COUNT = 10;
/** More is not read at once, whatever a client asks for. */
const MOST = 10_000;
const DIGITS = /^\d{1,20}$/;

/** How to go on with a scan. */
export interface ScanOptions {
  readonly count: number;
  /** What names have to match; null: nothing. */
  readonly pattern: Buffer | null;
  /** The type that keys must have, in lower case; null: any. */
  readonly type: string | null;
}

/** Reads the options from argument `from` on; `hasType` where TYPE makes sense. */
export function scanOptionsAt(args: readonly Buffer[], from: number, hasType = false): ScanOptions {
  let count = DEFAULT_COUNT;
  let pattern: Buffer | null = null;
  let type: string | null = null;
  for (let i = from; i < args.length; i += 2) {
    const word = keywordAt(args, i);
    if (i + 1 === args.length) throw syntaxError();
    if (word === "COUNT") {
      count = integerAt(args, i + 1, NOT_AN_INTEGER);
      if (count < 1) throw syntaxError();
    } else if (word === "MATCH") pattern = args[i + 1]!;
    else if (word === "TYPE" && hasType) type = args[i + 1]!.toString("latin1").toLowerCase();
    else throw syntaxError();
  }
  return { count: Math.min(count, MOST), pattern, type };
}

/** Argument `at` as a cursor; one that nobody was given finds nothing, as in Redis. */
export function cursorAt(args: readonly Buffer[], at: number): number {
  const text = args[at]!.toString("latin1");
  if (!DIGITS.test(text)) throw new Failure("ERR invalid cursor");
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
