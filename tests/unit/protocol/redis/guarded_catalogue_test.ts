/** A catalogue of a pool that denies, renames and guards commands, the table's and learned ones. */
import { expect, test } from "bun:test";
import { Catalogue, TABLE } from "../../../../src/protocol/redis/catalogue.ts";
import type { Command } from "../../../../src/protocol/redis/command.ts";
import { lookupCommand } from "../../../../src/protocol/redis/command_lookup.ts";
import { commandReply } from "../../../../src/protocol/redis/command_reply.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { denyingEntry } from "../../../../src/protocol/redis/deny_list.ts";
import { judgeAll } from "../../../../src/protocol/redis/learned/judge.ts";
import { learnedCommand } from "../../../../src/protocol/redis/learned/learned_command.ts";
import type { ReplyValue } from "../../../../src/protocol/redis/reply_value.ts";
import { decodeWhole } from "./decode_reply.ts";
import { entry, PLAIN, spec, told } from "./learned/entries.ts";
import { textArguments } from "./text_arguments.ts";

const TOLD = [
  ...["m.get", "m.put", "m.del", "m.pop"].map((name) => told(name, -2, "write module", [spec(PLAIN)])),
  told("m.box", -2, "", [], [
    entry("m.box|put", 3, "write", [spec({ begin: ["index", 2], flags: "OW insert" })]),
    entry("m.box|drop", 3, "write", [spec({ begin: ["index", 2], flags: "OW insert" })]),
  ]),
  told("config|later", 3, "readonly", [spec({ begin: ["index", 2] })]),
];

const catalogue = new Catalogue({
  learned: judgeAll(TOLD.map((command) => ({ server: "a", command }))).map((each) => learnedCommand(each)!),
  isLacking: ({ name }) => name === "hexpire",
  differences: {
    renames: [
      { name: "get", newName: "set" },
      { name: "set", newName: "get" },
      { name: "config", newName: "cfg" },
      { name: "keys", newName: "" },
      { name: "m.get", newName: "fetch" },
      { name: "m.put", newName: "m.get" },
      { name: "m.pop", newName: "" },
      { name: "m.box", newName: "crate" },
      { name: "m.unheard-of", newName: "heard" },
    ],
    isDenied: (command) =>
      denyingEntry(["flushall", "config|set", "@geo", "m.del", "m.box|drop"], command) !== null,
    isGuarded: ({ name }) => name === "incr",
  },
});

function found(name: string): Command | null {
  return catalogue.find(Buffer.from(name), 0, name.length);
}

function nameOf(...words: string[]): string | undefined {
  return catalogue.commandOf(textArguments(...words))?.name;
}

function ask(...words: string[]): ReplyValue {
  const name = words.length === 1 ? "command" : `command|${words[1]!.toLowerCase()}`;
  const asked = ALL_COMMANDS.find((command) => command.name === name)!;
  return decodeWhole(commandReply(asked, textArguments(...words), 2, catalogue));
}

test("the commands of a pool without differences are the table's own", () => {
  for (const command of ALL_COMMANDS) expect(TABLE.realOf(command)).toBe(command);
  expect(TABLE.find(Buffer.from("get"), 0, 3)).toBe(lookupCommand(Buffer.from("get"), 0, 3));
});

test("a renamed command is found by its new name alone, in any case, and names may change places", () => {
  expect([nameOf("GET"), nameOf("Set"), nameOf("CFG")]).toEqual(["set", "get", "config"]);
  expect([found("config"), found("keys")]).toEqual([null, null]);
  expect(nameOf("cfg", "GET", "x")).toBe("config|get");
  expect([nameOf("cfg", "NOSUCH"), nameOf("config", "GET", "x")]).toEqual([undefined, undefined]);
});

test("a learned command is renamed as others are, and so is a container with what was learned of it", () => {
  expect([nameOf("Fetch"), nameOf("M.GET"), nameOf("crate", "PUT", "k")]).toEqual([
    "m.get",
    "m.put",
    "m.box|put",
  ]);
  expect([found("m.put"), found("m.pop"), found("m.box"), found("heard")]).toEqual([null, null, null, null]);
  expect([nameOf("cfg", "LATER", "k"), nameOf("config", "later", "k")]).toEqual(["config|later", undefined]);
});

test.each([
  ["set", "GET"],
  ["cfg", "CONFIG", "SET"],
  ["fetch", "m.get"],
  ["crate", "M.BOX", "PUT"],
  [null, "INCR"],
  [null, "keys"],
])("clients say %p for what goes to servers as %s", (name, ...words) => {
  const command = catalogue.commandSent(textArguments(...words as string[]))!;
  expect(command.name).toBe(words.join("|").toLowerCase());
  expect(catalogue.newNameOf(command)).toBe(name);
});

test("no server is sent a new name", () => {
  expect(catalogue.commandSent(textArguments("fetch"))).toBeNull();
});

test("nothing that has to be looked at takes the fast path, and everything else still does", () => {
  for (const name of ["get", "set", "incr", "geoadd", "fetch", "m.get", "m.del"]) {
    expect([name, found(name)?.singleKey]).toEqual([name, false]);
  }
  for (const name of ["decr", "hget", "zadd"]) {
    expect(found(name)).toBe(lookupCommand(Buffer.from(name), 0, name.length));
    expect([name, found(name)?.singleKey]).toEqual([name, true]);
  }
});

test("COMMAND lists neither what is denied nor what is renamed, and describes a new name to who knows it", () => {
  const listed = ask("COMMAND", "LIST") as string[];
  const gone = ["flushall", "geoadd", "get", "set", "config", "config|get", "cfg", "keys", "hexpire"];
  for (const name of [...gone, "m.get", "m.put", "m.del", "m.pop", "m.box", "crate", "fetch"]) {
    expect(listed).not.toContain(name);
  }
  expect(listed).toContain("incr");
  const names = (ask("COMMAND") as ReplyValue[][]).map(([name]) => name as string);
  expect(names.sort()).toEqual(listed.filter((name) => !name.includes("|")).sort());
  expect(ask("COMMAND", "COUNT")).toBe(names.length);
  const [renamed, learned, ...others] = ask(
    "COMMAND",
    "INFO",
    ...["cfg", "crate", "config", "flushall", "m.del", "m.pop"],
  ) as ReplyValue[][];
  expect([renamed![0], learned![0], ...others]).toEqual(["cfg", "crate", null, null, null, null]);
  const subcommandsOf = (info: ReplyValue[]) => (info[9] as ReplyValue[][]).map(([name]) => name as string);
  expect(subcommandsOf(renamed!).sort()).toEqual([
    "cfg|get",
    "cfg|help",
    "cfg|later",
    "cfg|resetstat",
    "cfg|rewrite",
  ]);
  expect(subcommandsOf(learned!)).toEqual(["crate|put"]);
  expect(ask("COMMAND", "GETKEYS", "set", "a")).toEqual(["a"]);
  expect(ask("COMMAND", "GETKEYS", "crate", "put", "a")).toEqual(["a"]);
});
