/** Ranges of sorted sets and lists, as arguments say them. */
import { type Bound, type Condition, membersBetween, type Range, scoresBetween } from "../data/sorted.ts";
import { Failure, syntaxError } from "../failure.ts";
import { integerAt, keywordAt, readFloat } from "./numbers.ts";

const NOT_A_FLOAT = "ERR min or max is not a float";
const NOT_A_MEMBER = "ERR min or max not valid string range item";
const OPEN = "(".charCodeAt(0);
const CLOSED = "[".charCodeAt(0);

/** Arguments `min` and `max` as scores. */
export function scoresAt(args: readonly Buffer[], min: number, max: number): Condition {
  return scoresBetween(scoreBoundAt(args, min), scoreBoundAt(args, max));
}

function scoreBoundAt(args: readonly Buffer[], index: number): Bound<number> {
  const bytes = args[index]!;
  const isOpen = bytes[0] === OPEN;
  const value = readFloat(isOpen ? bytes.subarray(1) : bytes);
  if (value === null) throw new Failure(NOT_A_FLOAT);
  return { value, isOpen };
}

/** Arguments `min` and `max` as members; null when nothing can lie between. */
export function lexAt(args: readonly Buffer[], min: number, max: number): Condition | null {
  const [low, high] = [lexBoundAt(args, min), lexBoundAt(args, max)];
  if (low === "+" || high === "-") return null;
  return membersBetween(low === "-" ? null : low, high === "+" ? null : high);
}

function lexBoundAt(args: readonly Buffer[], index: number): "-" | "+" | Bound<Buffer> {
  const bytes = args[index]!;
  const text = bytes.toString("latin1");
  if (text === "-" || text === "+") return text;
  const first = bytes[0];
  if (first !== OPEN && first !== CLOSED) throw new Failure(NOT_A_MEMBER);
  return { value: bytes.subarray(1), isOpen: first === OPEN };
}

/** A range by indexes that may count from the end: how many to skip, and how many to take. */
export function span(start: number, stop: number, size: number): { offset: number; limit: number } {
  const from = Math.max(0, start < 0 ? size + start : start);
  const to = Math.min(size - 1, stop < 0 ? size + stop : stop);
  return { offset: from, limit: Math.max(0, to - from + 1) };
}

/** What ZRANGE and its like say. */
export interface RangeRequest {
  readonly withScores: boolean;
  /** The range, once the number of elements is known; null when it is empty. */
  readonly range: (size: number) => Range | null;
}

/** What the name of a command says already. */
export interface RangeKind {
  readonly by?: "RANK" | "SCORE" | "LEX";
  readonly isReverse?: boolean;
  /** It is stored: WITHSCORES makes no sense. */
  readonly isStored?: boolean;
}

/** Reads the range whose first end is argument `at`, with the options behind it. */
export function rangeAt(args: readonly Buffer[], at: number, kind: RangeKind): RangeRequest {
  const { withScores, offset, limit, ...options } = readOptions(args, at + 2, kind);
  const { isReverse, by } = options;
  if (by === "RANK") {
    const [start, stop] = [integerAt(args, at), integerAt(args, at + 1)];
    return {
      withScores,
      range: (size) => ({ condition: { sql: "", parameters: [] }, isReverse, ...span(start, stop, size) }),
    };
  }
  const [min, max] = isReverse ? [at + 1, at] : [at, at + 1];
  const condition = by === "SCORE" ? scoresAt(args, min, max) : lexAt(args, min, max);
  const isEmpty = condition === null || offset < 0;
  return {
    withScores,
    range: () => isEmpty ? null : { condition, isReverse, offset, limit: limit < 0 ? Infinity : limit },
  };
}

function readOptions(args: readonly Buffer[], from: number, kind: RangeKind) {
  let by = kind.by;
  let isReverse = kind.isReverse;
  let withScores = false;
  let hasLimit = false;
  let [offset, limit] = [0, -1];
  for (let i = from; i < args.length; i++) {
    const word = keywordAt(args, i);
    if (word === "WITHSCORES" && !kind.isStored) withScores = true;
    else if (word === "LIMIT" && i + 2 < args.length) {
      [offset, limit] = [integerAt(args, i + 1), integerAt(args, i + 2)];
      hasLimit = true;
      i += 2;
    } else if (word === "REV" && kind.isReverse === undefined) isReverse = true;
    else if (word === "BYLEX" && kind.by === undefined) by = "LEX";
    else if (word === "BYSCORE" && kind.by === undefined) by = "SCORE";
    else throw syntaxError();
  }
  by ??= "RANK";
  if (hasLimit && limit !== -1 && by === "RANK") {
    throw new Failure(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  if (withScores && by === "LEX") {
    throw new Failure("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  return { by, isReverse: isReverse ?? false, withScores, offset, limit };
}
