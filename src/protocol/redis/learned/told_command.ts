/** One command as a server describes it: an entry of `COMMAND` or `COMMAND INFO`, of Redis 2.8 and later. */
import type { KeySpec } from "../command.ts";
import type { ReplyValue } from "../reply_value.ts";
import { elementsOf, placeOf, wordOf, wordsOf } from "./fields.ts";
import { keysFromRange, keysFromSpecs } from "./told_keys.ts";

/** What a server says of a command. */
export interface ToldCommand {
  /** Lower case; of a subcommand with its container's: `client|id`. */
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  /** ACL categories with their @; none before Redis 6. */
  readonly categories: readonly string[];
  readonly keys: readonly KeySpec[];
  /** Why the keys can't be found, as it follows the command's name; empty when they can. */
  readonly fault: string;
  readonly subcommands: readonly ToldCommand[];
}

const ARITY = 1;
const FLAGS = 2;
const FIRST_KEY = 3;
const LAST_KEY = 4;
const STEP = 5;
const CATEGORIES = 6;
const KEY_SPECS = 8;
const SUBCOMMANDS = 9;

/** Longer names are no names of commands. */
const LONGEST_NAME = 128;

/** Reads an entry; null when it is none, as for a name that the server doesn't know. */
export function readTold(entry: ReplyValue | undefined): ToldCommand | null {
  const fields = elementsOf(entry);
  const name = wordOf(fields[0]).toLowerCase();
  const arity = placeOf(fields[ARITY]);
  if (!isName(name) || arity === null || arity === 0) return null;
  const flags = wordsOf(fields[FLAGS]).map((flag) => flag.toLowerCase());
  const isOld = fields.length <= KEY_SPECS;
  const { keys, fault } = isOld
    ? keysFromRange(fields[FIRST_KEY], fields[LAST_KEY], fields[STEP], flags)
    : keysFromSpecs(elementsOf(fields[KEY_SPECS]), flags);
  const categories = wordsOf(fields[CATEGORIES]).map((category) => category.toLowerCase());
  const subcommands = elementsOf(fields[SUBCOMMANDS]).map(readTold).filter((each) => each !== null);
  return { name, arity, flags, categories, keys, fault, subcommands };
}

/** Whether it can be one: it is shown in logs and replies, and stands between spaces there. */
export function isName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[!-~]+$/.test(name);
}
