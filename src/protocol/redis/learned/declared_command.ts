/**
 * A command that a pool's configuration declares, in words: `read 1`, `write 1, read 2..-1`, `write count 2`,
 * `read none, arity -3, blocking`. `read` and `write` say what becomes of the keys, and behind them stands where
 * these are, counted from the command's name, which is argument 0.
 */
import type { KeySpec } from "../command.ts";
import { keySpec } from "../commands/key_specs.ts";

/** What is declared. */
export interface DeclaredCommand {
  readonly keys: readonly KeySpec[];
  readonly writes: boolean;
  /** It waits for what others do, so that it needs a connection of its own. */
  readonly blocks: boolean;
  /** 0: not said. */
  readonly arity: number;
}

/** What is wrong with a declaration; `wanted` may be a misspelling of one of `known`. */
export class DeclarationFault extends Error {
  constructor(message: string, readonly wanted: string = "", readonly known: readonly string[] = []) {
    super(message);
  }
}

const WORDS = ["read", "write", "none", "count", "by", "arity", "blocking"];
const PLACES =
  "where the keys are: 1, 2..5, 1..-1, 1..-1 by 2, count 2 (argument 2 says how many follow), or none";
/** No request has so many arguments. */
const FURTHEST = 2 ** 24;

/** Errors: DeclarationFault that says what is wrong. */
export function parseDeclared(text: string): DeclaredCommand {
  const words = text.trim().toLowerCase().split(/[\s,]+/);
  const keys: KeySpec[] = [];
  const said = { read: false, write: false, arity: 0, blocks: false };
  for (let at = 0; at < words.length;) {
    const word = words[at++]!;
    switch (word) {
      case "read":
      case "write": {
        said[word] = true;
        const { spec, next } = parsePlace(words, at, word === "read" ? "RO access" : "RW access update");
        if (spec !== null) keys.push(spec);
        at = next;
        break;
      }
      case "arity":
        said.arity = parseArity(words[at++]);
        break;
      case "blocking":
        said.blocks = true;
        break;
      default:
        throw new DeclarationFault(`${JSON.stringify(word)} is no word of a declaration`, word, WORDS);
    }
  }
  if (!said.read && !said.write) {
    throw new DeclarationFault(`it has to say read or write, and behind that ${PLACES}`);
  }
  return { keys, writes: said.write, blocks: said.blocks, arity: said.arity };
}

/** The place that begins at word `at`; null: there are no keys. */
function parsePlace(words: readonly string[], at: number, flags: string) {
  const word = words[at] ?? "";
  if (word === "none") return { spec: null, next: at + 1 };
  if (word === "count") {
    const begin = argument(words[at + 1] ?? "");
    return { spec: keySpec(flags, { begin, find: "count", first: 1 }), next: at + 2 };
  }
  const [, first = "", last = first] = /^(\d+)(?:\.\.(-?\d+))?$/.exec(word) ?? [];
  if (first === "") {
    throw new DeclarationFault(
      word === "" ? `it doesn't say ${PLACES}` : `${JSON.stringify(word)} is not ${PLACES}`,
    );
  }
  const begin = argument(first);
  const isFromEnd = last.startsWith("-");
  const end = isFromEnd ? -argument(last.slice(1)) : argument(last);
  if (!isFromEnd && end < begin) throw new DeclarationFault(`${word} ends before it begins`);
  const hasStep = words[at + 1] === "by";
  const step = hasStep ? argument(words[at + 2] ?? "") : 1;
  const spec = keySpec(flags, { begin, last: isFromEnd ? end : end - begin, step });
  return { spec, next: hasStep ? at + 3 : at + 1 };
}

function argument(digits: string): number {
  const value = Number(digits);
  if (/^\d+$/.test(digits) && value >= 1 && value <= FURTHEST) return value;
  throw new DeclarationFault(`${JSON.stringify(digits)} is no argument's number; the first one is 1`);
}

function parseArity(digits = ""): number {
  const value = Number(digits);
  if (/^-?\d+$/.test(digits) && value !== 0 && Math.abs(value) <= FURTHEST) return value;
  throw new DeclarationFault(
    `${
      JSON.stringify(digits)
    } is no arity; write how many arguments there are with the name, -3 for 3 or more`,
  );
}
