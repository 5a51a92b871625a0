/** The pool options that keep clients from what they should not do, or should not do so often. */
import { fromText, InvalidValue, listOf, namedTexts, type PlainType } from "./value.ts";
import { ownOption } from "./option.ts";
import { flag, integer, size } from "./value_types.ts";

/** A command with another name; `newName` is empty when nobody can send it. Both in lower case. */
export interface RenameConfig {
  name: string;
  newName: string;
}

/** What a user may have per second. */
export interface RateConfig {
  /** `EACH_USER` means every user that is not named. */
  user: string;
  perSecond: number;
}

/** Stands for every user without a rate of its own. */
export const EACH_USER = "*";

const NOTHING = "none";

/** The pool options that are guard rails. */
export const GUARD_OPTIONS = {
  deny: ownOption({
    key: "deny",
    type: commandList(),
    default: [],
    description:
      'Commands that are refused: names, and in Redis pools subcommands and categories such as `"@dangerous"`.',
  }),
  rename: ownOption({
    key: "rename",
    type: renameMap(),
    default: [],
    description:
      'Names under which clients find commands instead of Redis\'s; `""` hides a command. Redis pools only.',
  }),
  readOnly: ownOption({
    key: "read_only",
    type: flag(),
    default: false,
    description: "Refuse commands that write, or may write, as a read-only replica does.",
  }),
  requestsPerSecond: ownOption({
    key: "requests_per_second",
    type: ratesByUser(integer(1)),
    default: [],
    description:
      "Requests a user's clients may make in a second, all together; who makes more is read from more slowly.",
  }),
  bytesPerSecond: ownOption({
    key: "bytes_per_second",
    type: ratesByUser(size()),
    default: [],
    description: "As `requests_per_second`, for the bytes of their requests and replies.",
  }),
};

/** Names of commands, in lower case; which there are depends on the pool's protocol. */
function commandList(): PlainType<string[]> {
  const entry = fromText((text) => text.toLowerCase(), { type: "string" });
  return {
    schema: listOf(entry, "commands"),
    label: "list of commands",
    show: (entries) => entries.length === 0 ? NOTHING : entries.join(", "),
    written: (entries) => entries.length === 0 ? null : entries,
  };
}

function renameMap(): PlainType<RenameConfig[]> {
  return {
    schema: namedTexts("commands", readRename, { type: "string" }, true),
    label: "map of name: new name",
    ...shownByName((renames) =>
      renames.map(({ name, newName }) => [name, newName, newName === "" ? '""' : newName])
    ),
  };
}

function readRename(name: string, newName: string): RenameConfig {
  if (/[\s\p{Cc}|]/u.test(newName)) {
    throw new InvalidValue(`${JSON.stringify(newName)} is no name for a command: it has no spaces and no |`);
  }
  return { name: name.toLowerCase(), newName: newName.toLowerCase() };
}

/** A map of users to rates, which `type` reads. */
function ratesByUser(type: PlainType<number>): PlainType<RateConfig[]> {
  const read = (user: string, text: string): RateConfig => {
    const { data, error } = type.schema.safeParse(text);
    if (error !== undefined) throw new InvalidValue(error.issues[0]!.message);
    return { user, perSecond: data };
  };
  return {
    schema: namedTexts("users", read, type.schema.meta() ?? {}),
    label: `map of user: ${type.label}`,
    ...shownByName((rates) => rates.map(({ user, perSecond }) => [user, perSecond, type.show(perSecond)])),
  };
}

/** How a map is shown and written: `entriesOf` gives each name with its value, as it is written and as it is shown. */
function shownByName<T>(
  entriesOf: (value: T) => (readonly [name: string, written: string | number, shown: string])[],
): Pick<PlainType<T>, "show" | "written"> {
  return {
    show: (value) => entriesOf(value).map(([name, , shown]) => `${name}: ${shown}`).join(", ") || NOTHING,
    written: (value) => {
      const entries = entriesOf(value).map(([name, written]) => [name, written]);
      return entries.length === 0 ? null : Object.fromEntries(entries);
    },
  };
}
