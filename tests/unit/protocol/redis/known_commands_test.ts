import { expect, test } from "bun:test";
import { lookupCommand } from "../../../../src/protocol/redis/command_lookup.ts";
import type { Command } from "../../../../src/protocol/redis/command.ts";
import { commandReply } from "../../../../src/protocol/redis/command_reply.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { denyingEntry } from "../../../../src/protocol/redis/deny_list.ts";
import { AS_IN_REDIS, KnownCommands } from "../../../../src/protocol/redis/known_commands.ts";
import type { ReplyValue } from "../../../../src/protocol/redis/reply_value.ts";
import { decodeWhole } from "./decode_reply.ts";
import { textArguments } from "./text_arguments.ts";

const known = new KnownCommands({
  renames: [
    { name: "get", newName: "set" },
    { name: "set", newName: "get" },
    { name: "config", newName: "cfg" },
    { name: "keys", newName: "" },
  ],
  isDenied: (command) => denyingEntry(["flushall", "config|set", "@geo"], command) !== null,
  isGuarded: ({ name }) => name === "incr",
});

function found(name: string): Command | null {
  return known.index.find(Buffer.from(name), 0, name.length);
}

function ask(...words: string[]): ReplyValue {
  const name = words.length === 1 ? "command" : `command|${words[1]!.toLowerCase()}`;
  const asked = ALL_COMMANDS.find((command) => command.name === name)!;
  return decodeWhole(commandReply(asked, textArguments(...words), 2, known));
}

test("the commands of a pool without differences are the table's own", () => {
  for (const command of ALL_COMMANDS) expect(AS_IN_REDIS.realOf(command)).toBe(command);
  expect(AS_IN_REDIS.index.find(Buffer.from("get"), 0, 3)).toBe(lookupCommand(Buffer.from("get"), 0, 3));
});

test("a renamed command is found by its new name alone, in any case, and names may change places", () => {
  expect(known.realOf(found("GET")!).name).toBe("set");
  expect(known.realOf(found("Set")!).name).toBe("get");
  expect(known.realOf(found("CFG")!).name).toBe("config");
  expect(found("config")).toBeNull();
  expect(found("keys")).toBeNull();
  expect(known.find(textArguments("cfg", "GET", "x"))?.name).toBe("config|get");
  expect(known.find(textArguments("cfg", "NOSUCH"))).toBeNull();
  expect(known.find(textArguments("config", "GET", "x"))).toBeNull();
});

test("nothing that has to be looked at takes the fast path, and everything else still does", () => {
  for (const name of ["get", "set", "incr", "geoadd"]) {
    expect([name, found(name)?.singleKey]).toEqual([name, false]);
  }
  for (const name of ["decr", "hget", "zadd"]) {
    expect(found(name)).toBe(lookupCommand(Buffer.from(name), 0, name.length));
    expect([name, found(name)?.singleKey]).toEqual([name, true]);
  }
});

test("COMMAND lists neither what is denied nor what is renamed, and describes a new name to who knows it", () => {
  const listed = ask("COMMAND", "LIST") as string[];
  for (const gone of ["flushall", "geoadd", "get", "set", "config", "config|get", "cfg", "keys"]) {
    expect(listed).not.toContain(gone);
  }
  expect(listed).toContain("incr");
  const names = (ask("COMMAND") as ReplyValue[][]).map(([name]) => name as string);
  expect(names.sort()).toEqual(listed.filter((name) => !name.includes("|")).sort());
  expect(ask("COMMAND", "COUNT")).toBe(names.length);
  const [renamed, config, denied] = ask("COMMAND", "INFO", "cfg", "config", "flushall") as ReplyValue[][];
  expect([renamed![0], config, denied]).toEqual(["cfg", null, null]);
  const subcommands = (renamed![9] as ReplyValue[][]).map(([name]) => name as string);
  expect(subcommands.sort()).toEqual(["cfg|get", "cfg|help", "cfg|resetstat", "cfg|rewrite"]);
  expect(ask("COMMAND", "GETKEYS", "set", "a")).toEqual(["a"]);
});
