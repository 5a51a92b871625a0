/** Splits a command line into flags and words: the only file that names the argument parser. */
import { parseArgs } from "node:util";
import { didYouMean } from "../config/mod.ts";

/** The declaration of a flag. */
export interface Flag {
  /** Long name, without dashes. */
  readonly name: string;
  /** One letter, without its dash. */
  readonly short: string;
  /** What its value is called in help (`FILE`); absent for a switch. */
  readonly value?: string;
  /** Range of a whole number as value; absent when any text will do. */
  readonly range?: readonly [min: number, max: number];
  readonly description: string;
  /** Why the flag changes nothing, where it is only accepted. */
  readonly remark?: string;
}

/** What a command line holds. */
export interface Arguments {
  /** Value by long name, `true` for a switch. Of a repeated flag, the last one. */
  readonly flags: ReadonlyMap<string, string | true>;
  readonly words: readonly string[];
}

/** A command line that can't be understood; the message says why, and the user is shown the usage. */
export class UsageError extends Error {}

/**
 * Splits `argv` by the declared `flags`: `-c FILE`, `-cFILE`, `--conf-file FILE`, `--conf-file=FILE`, `-tc FILE`.
 *
 * Errors: UsageError for an unknown flag, a missing or superfluous value, and a number that is none or out of range.
 */
export function splitArguments(argv: readonly string[], flags: readonly Flag[]): Arguments {
  const options = flags.map(({ name, short, value }) =>
    [name, { type: value ? "string" : "boolean", short }] as const
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string | true>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find((known) => known.name === token.name);
    if (!flag) throw unknownFlag(token.rawName, flags);
    given.set(flag.name, valueOf(flag, token.rawName, token.value, token.inlineValue === true));
  }
  return { flags: given, words };
}

function unknownFlag(rawName: string, flags: readonly Flag[]): UsageError {
  const isLong = rawName.startsWith("--");
  const closest = isLong ? didYouMean(rawName, flags.map((flag) => `--${flag.name}`)) : "";
  return new UsageError(`unknown flag ${rawName}${closest}`);
}

function valueOf(flag: Flag, rawName: string, value: string | undefined, isInline: boolean): string | true {
  if (flag.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return true;
  }
  // A following flag is not a value, unless the user ties it to the name with `=`.
  if (value === undefined || value === "" || (!isInline && value.startsWith("-"))) {
    throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
  }
  checkRange(flag, rawName, value);
  return value;
}

function checkRange(flag: Flag, rawName: string, value: string): void {
  if (!flag.range) return;
  const [min, max] = flag.range;
  const isInRange = /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
  if (!isInRange) throw new UsageError(`${rawName} ${value}: not a whole number in ${min}..${max}`);
}
