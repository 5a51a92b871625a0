/**
 * Reads the rules of users, in the syntax of Redis's ACL SETUSER: `on #SHA256 ~app:* +@read -keys (+get ~all:*)`.
 * Rules apply from left to right, each to what those before it made.
 *
 * Stricter than Redis where it takes what can't be meant: passwords in plain text, rules that take back a password,
 * and `%R` without a pattern are refused. No message shows a rule: one that is wrong may be a misplaced password.
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/.
 */
import type { Command } from "../command.ts";
import { ALL_COMMANDS, COMMANDS } from "../command_table.ts";
import { ANY_ACCESS, READS, WRITES } from "../commands/key_specs.ts";
import { Selector } from "./selector.ts";
import { HIDDEN_HASH, User } from "./user.ts";

/** A rule that is none, or can't stand where it does. */
export class RuleFault extends Error {
  /** Which rule, counted from 1. */
  number = 0;

  /** `known` are the words of which `wanted` may be a misspelling. */
  constructor(
    readonly reason: string,
    readonly wanted: string = "",
    readonly known: readonly string[] = [],
  ) {
    super(reason);
  }
}

/** Every category but `@all`, sorted. */
export const CATEGORIES: readonly string[] = [
  ...new Set(ALL_COMMANDS.flatMap(({ categories }) => categories)),
].sort();

const HOW_TO_HASH = "write # and the 64 digits of: printf %s PASSWORD | sha256sum";

/** What has been said of a user so far. */
class Draft {
  enabled = false;
  noPassword = false;
  hashes: Uint8Array[] = [];
  selectors: Selector[] = [new Selector()];
}

/** Rules about the whole user that are one word. */
const USER_WORDS: Readonly<Record<string, (draft: Draft) => void>> = {
  "on": (draft) => void (draft.enabled = true),
  "off": (draft) => void (draft.enabled = false),
  "nopass": (draft) => setPasswords(draft, true),
  "resetpass": (draft) => setPasswords(draft, false),
  "clearselectors": (draft) => void (draft.selectors.length = 1),
  "reset": (draft) => void Object.assign(draft, new Draft()),
  // RESTORE's payload is looked at by the servers, as they are configured.
  "sanitize-payload": () => {},
  "skip-sanitize-payload": () => {},
};

/** Rules about permissions that are one word. */
const PERMISSION_WORDS: Readonly<Record<string, (selector: Selector) => void>> = {
  "allkeys": (selector) => selector.setAllKeys(true),
  "~*": (selector) => selector.setAllKeys(true),
  "resetkeys": (selector) => selector.setAllKeys(false),
  "allchannels": (selector) => selector.setAllChannels(true),
  "&*": (selector) => selector.setAllChannels(true),
  "resetchannels": (selector) => selector.setAllChannels(false),
  "allcommands": (selector) => selector.setAllCommands(true),
  "+@all": (selector) => selector.setAllCommands(true),
  "nocommands": (selector) => selector.setAllCommands(false),
  "-@all": (selector) => selector.setAllCommands(false),
};

const WORDS = [...Object.keys(USER_WORDS), ...Object.keys(PERMISSION_WORDS)].filter((word) =>
  /^\w/.test(word)
);

/** The user with these rules, which are separated by spaces. Errors: RuleFault for the first one that is wrong. */
export function parseUser(name: string, rules: string): User {
  const draft = new Draft();
  const words = rules.trim().split(/\s+/);
  let inner: Selector | null = null;
  for (const [index, word] of words.entries()) {
    let rule = word;
    if (inner === null && rule.startsWith("(")) {
      inner = new Selector();
      rule = rule.slice(1);
    }
    const isLast = inner !== null && rule.endsWith(")");
    if (isLast) rule = rule.slice(0, -1);
    numbered(
      index + 1,
      () => inner === null ? applyToUser(draft, rule) : rule && applyToSelector(inner, rule),
    );
    if (!isLast) continue;
    draft.selectors.push(inner!);
    inner = null;
  }
  if (inner !== null) numbered(words.length, () => fault("leaves a parenthesis open"));
  const shown = words.map((word) => word.startsWith("#") ? HIDDEN_HASH : word).join(" ");
  return new User({ name, ...draft, rules: shown, isDeclared: true });
}

function numbered(number: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof RuleFault) error.number = number;
    throw error;
  }
}

function fault(reason: string, wanted = "", known: readonly string[] = []): never {
  throw new RuleFault(reason, wanted, known);
}

function setPasswords(draft: Draft, none: boolean): void {
  draft.noPassword = none;
  draft.hashes = [];
}

function applyToUser(draft: Draft, rule: string): void {
  const word = USER_WORDS[rule.toLowerCase()];
  if (word !== undefined) return word(draft);
  if (!rule.startsWith("#")) return applyToSelector(draft.selectors[0]!, rule);
  if (!/^#[0-9a-f]{64}$/i.test(rule)) fault(`has no SHA-256 behind its #; ${HOW_TO_HASH}`);
  draft.noPassword = false;
  draft.hashes.push(Buffer.from(rule.slice(1), "hex"));
}

function applyToSelector(selector: Selector, rule: string): void {
  const word = PERMISSION_WORDS[rule.toLowerCase()];
  if (word !== undefined) return word(selector);
  switch (rule[0]) {
    case "~":
      return allowKeys(selector, rule.slice(1), ANY_ACCESS, "~app:*");
    case "%":
      return allowSomeAccess(selector, rule);
    case "&":
      return allowChannels(selector, rule.slice(1));
    case "+":
    case "-":
      return rule[1] === "@" ? setCategory(selector, rule) : setCommand(selector, rule);
    default:
      refuse(rule);
  }
}

function allowKeys(selector: Selector, pattern: string, access: number, example: string): void {
  if (pattern === "") fault(`is not a key pattern such as ${example}`);
  if (selector.allKeys) fault("has no effect: all keys are allowed before it; resetkeys takes that back");
  selector.allowKeys(pattern, access);
}

/** `%R~pattern`, `%W~pattern`, `%RW~pattern`. */
function allowSomeAccess(selector: Selector, rule: string): void {
  const example = "%R~app:* or %RW~app:*";
  const [, letters = "", pattern = ""] = /^%(R|W|RW|WR)~(.*)$/i.exec(rule) ?? [];
  const access = (/r/i.test(letters) ? READS : 0) | (/w/i.test(letters) ? WRITES : 0);
  allowKeys(selector, pattern, access, example);
}

function allowChannels(selector: Selector, pattern: string): void {
  if (pattern === "") fault("is not a pattern of channels such as &news:*");
  if (selector.allChannels) {
    fault("has no effect: all channels are allowed before it; resetchannels takes that back");
  }
  selector.channels.push(pattern);
}

function setCategory(selector: Selector, rule: string): void {
  const category = rule.slice(1).toLowerCase();
  if (!CATEGORIES.includes(category)) fault("is not a category such as +@read", category, CATEGORIES);
  selector.setCategory(category, rule[0] === "+");
}

/** `+command`, `-command`, `+container|subcommand`, and `+command|word` for a command with that word behind it. */
function setCommand(selector: Selector, rule: string): void {
  const isAllowed = rule[0] === "+";
  const name = rule.slice(1).toLowerCase();
  const command = ALL_COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return selector.setCommand(command, isAllowed, true);
  if (isOfModule(name)) return selector.setLaterCommand(name, isAllowed);
  const [first, word, more] = name.split("|");
  const container = COMMANDS.find((each) => each.name === first);
  if (container === undefined || container.subcommands.length > 0) {
    fault("is not a command such as +get or +config|get", name, namesLike(container));
  }
  if (!isAllowed || !word || more !== undefined) fault("can only allow a command with one word behind it");
  selector.allowFirstArgument(container, word);
}

/** Modules put their names before a dot; which commands follow, the servers know. Redis's own have no dot. */
function isOfModule(name: string): boolean {
  return /^[a-z][\w-]*\.[\w.-]+$/.test(name);
}

function namesLike(container: Command | undefined): string[] {
  return (container?.subcommands ?? COMMANDS).map(({ name }) => name);
}

function refuse(rule: string): never {
  const word = rule.toLowerCase();
  if (rule.startsWith(">")) fault(`is a password in plain text; ${HOW_TO_HASH}`);
  if (/^[<!]/.test(rule)) fault("takes back a password; leave that password out instead");
  if (rule.startsWith("#") || word in USER_WORDS) fault("concerns the user and can't stand in parentheses");
  fault("is not one that is known here", word, WORDS);
}
