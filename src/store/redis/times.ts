/** When keys expire, as commands say it: milliseconds or seconds, from now or from 1970. */
import { Failure, syntaxError } from "../failure.ts";
import { integerAt, keywordAt } from "./numbers.ts";

/** How a time is written. */
export interface TimeForm {
  /** Milliseconds of its unit. */
  readonly unit: number;
  /** Counted from now, not from 1970. */
  readonly isRelative: boolean;
}

/** Names of SET's and GETEX's options. */
export const TIME_OPTIONS: Readonly<Record<string, TimeForm>> = {
  EX: { unit: 1000, isRelative: true },
  PX: { unit: 1, isRelative: true },
  EXAT: { unit: 1000, isRelative: false },
  PXAT: { unit: 1, isRelative: false },
};

/** The time that argument `index` says. Errors: a Failure when it can't be kept. */
export function timeAt(
  args: readonly Buffer[],
  index: number,
  { unit, isRelative }: TimeForm,
  now: number,
  command: string,
): number {
  const time = integerAt(args, index) * unit + (isRelative ? now : 0);
  if (!Number.isSafeInteger(time)) throw invalidTime(command);
  return time;
}

/** As `timeAt`, for values that come with a time: there zero and less make no sense. */
export function positiveTimeAt(
  args: readonly Buffer[],
  index: number,
  form: TimeForm,
  now: number,
  command: string,
): number {
  if (integerAt(args, index) <= 0) throw invalidTime(command);
  return timeAt(args, index, form, now, command);
}

function invalidTime(command: string): Failure {
  return new Failure(`ERR invalid expire time in '${command}' command`);
}

/** Which keys EXPIRE and its like leave alone. */
export interface ExpireCondition {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
}

/** Reads the options behind the time. */
export function expireConditionAt(args: readonly Buffer[], from: number): ExpireCondition {
  const words = new Set<string>();
  for (let i = from; i < args.length; i++) {
    const word = keywordAt(args, i);
    if (!/^(NX|XX|GT|LT)$/.test(word)) {
      throw new Failure(`ERR Unsupported option ${args[i]!.toString("latin1")}`);
    }
    words.add(word);
  }
  const [nx, xx, gt, lt] = ["NX", "XX", "GT", "LT"].map((word) => words.has(word)) as [
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  if (nx && (xx || gt || lt)) {
    throw new Failure("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (gt && lt) throw new Failure("ERR GT and LT options at the same time are not compatible");
  return { nx, xx, gt, lt };
}

/** What SET and GETEX take behind the key and the value. */
export interface SetOptions {
  readonly words: ReadonlySet<string>;
  /** Where the time stands, and how it is written; null when there is none. */
  readonly time: { readonly index: number; readonly form: TimeForm } | null;
}

/** Reads options from argument `from` on: those words, and at most one time. Errors: a Failure for others, or too many. */
export function setOptionsAt(args: readonly Buffer[], from: number, allowed: readonly string[]): SetOptions {
  const words = new Set<string>();
  let time: SetOptions["time"] = null;
  for (let i = from; i < args.length; i++) {
    const word = keywordAt(args, i);
    const form = TIME_OPTIONS[word];
    if (form !== undefined && time === null && i + 1 < args.length) time = { index: ++i, form };
    else if (allowed.includes(word)) words.add(word);
    else throw syntaxError();
  }
  const keeps = words.has("KEEPTTL") || words.has("PERSIST");
  if ((time !== null && keeps) || (words.has("NX") && words.has("XX"))) throw syntaxError();
  return { words, time };
}
