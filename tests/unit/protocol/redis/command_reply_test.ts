import { describe, expect, test } from "bun:test";
import { commandReply } from "../../../../src/protocol/redis/command_reply.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { Failure, type ReplyValue, Status } from "../../../../src/protocol/redis/reply_value.ts";
import { decodeWhole } from "./decode_reply.ts";
import { textArguments } from "./text_arguments.ts";

function bytesOf(...words: string[]): Uint8Array {
  const name = words.length === 1 ? "command" : `command|${words[1]!.toLowerCase()}`;
  return commandReply(ALL_COMMANDS.find((command) => command.name === name)!, textArguments(...words), 2);
}

function ask(request: string): ReplyValue {
  return decodeWhole(bytesOf(...request.split(" ")));
}

function namesIn(reply: ReplyValue): string[] {
  return (reply as ReplyValue[][]).map((entry) => entry[0] as string);
}

const statuses = (...words: string[]) => words.map((word) => new Status(word));
const refusedNames = ["migrate", "cluster", "shutdown", "debug"];

test("commandReply lists what the proxy serves when asked COMMAND, COUNT and INFO without names", () => {
  const names = namesIn(ask("COMMAND"));
  expect(names.length).toBeGreaterThan(200);
  expect(names).toContain("get");
  expect(names).toContain("client");
  for (const name of refusedNames) expect(names).not.toContain(name);
  expect(ask("COMMAND COUNT")).toBe(names.length);
  expect(namesIn(ask("COMMAND INFO"))).toEqual(names);
});

test("commandReply is this, byte by byte, when asked COMMAND INFO get nosuch migrate", () => {
  const spec = "*6\r\n$5\r\nflags\r\n*2\r\n+RO\r\n+access\r\n" +
    "$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n*2\r\n$5\r\nindex\r\n:1\r\n" +
    "$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n" +
    "*6\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n";
  const get = "*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+fast\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n" +
    `*3\r\n+@fast\r\n+@read\r\n+@string\r\n*0\r\n*1\r\n${spec}*0\r\n`;
  const reply = Buffer.from(bytesOf("COMMAND", "INFO", "get", "nosuch", "migrate")).toString();
  expect(reply).toBe(`*3\r\n${get}$-1\r\n$-1\r\n`);
});

test("commandReply shows only the served subcommands when a container is served in part", () => {
  const [client] = ask("COMMAND INFO CLIENT") as ReplyValue[][];
  expect(namesIn(client![9]!).sort()).toEqual(
    [
      ...[
        "caching",
        "getname",
        "getredir",
        "help",
        "id",
        "info",
        "kill",
        "list",
        "no-evict",
        "no-touch",
        "pause",
        "reply",
        "setinfo",
        "setname",
      ],
      ...["tracking", "trackinginfo", "unblock", "unpause"],
    ].map((name) => `client|${name}`),
  );
  expect(namesIn(ask("COMMAND INFO xinfo|stream"))).toEqual(["xinfo|stream"]);
  expect(ask("COMMAND INFO script|debug")).toEqual([null]);
});

test("commandReply gives first version, group and arity when asked COMMAND DOCS", () => {
  expect(ask("COMMAND DOCS hexpire nosuch migrate")).toEqual([
    "hexpire",
    ["summary", "", "since", "7.4.0", "group", "hash", "arity", -6],
  ]);
  const [name, facts] = ask("COMMAND DOCS object") as [string, ReplyValue[]];
  expect(name).toBe("object");
  expect(facts[8]).toBe("subcommands");
  expect((facts[9] as ReplyValue[]).filter((_, i) => i % 2 === 0)).toEqual([
    ...["object|encoding", "object|freq", "object|help", "object|idletime", "object|refcount"],
  ]);
  expect((ask("COMMAND DOCS") as ReplyValue[]).length).toBe(2 * (ask("COMMAND COUNT") as number));
});

describe("commandReply answers COMMAND LIST", () => {
  test("with all names when there is no filter", () => {
    const names = ask("COMMAND LIST") as string[];
    expect(names).toContain("get");
    expect(names).toContain("xinfo|stream");
    for (const name of refusedNames) expect(names).not.toContain(name);
  });

  test("with the matching names when there is one", () => {
    expect(ask("COMMAND LIST FILTERBY PATTERN H*EXPIRE")).toEqual(["hexpire", "hpexpire"]);
    expect(ask("command list filterby pattern xinfo*")).toContain("xinfo|groups");
    const geo = ask("COMMAND LIST FILTERBY ACLCAT geo") as string[];
    expect(geo.length).toBe(10);
    expect(ask("COMMAND LIST FILTERBY ACLCAT nosuch")).toEqual([]);
    expect(ask("COMMAND LIST FILTERBY MODULE vectorset")).toContain("vadd");
    expect(ask("COMMAND LIST FILTERBY MODULE nosuch")).toEqual([]);
  });

  test.each(["FILTERBY", "FILTERBY ACLCAT", "FILTERBY NOSUCH x", "BY ACLCAT x", "FILTERBY ACLCAT a b"])(
    "with a syntax error when the filter is %s",
    (filter) => expect(ask(`COMMAND LIST ${filter}`)).toEqual(new Failure("ERR syntax error")),
  );
});

describe("commandReply answers COMMAND GETKEYS", () => {
  test("with the keys when the request has some", () => {
    expect(ask("COMMAND GETKEYS MSET a 1 b 2")).toEqual(["a", "b"]);
    expect(ask("COMMAND GETKEYS OBJECT freq k")).toEqual(["k"]);
    expect(ask("COMMAND GETKEYS BLPOP a b 0")).toEqual(["a", "b"]);
    expect(ask("COMMAND GETKEYS EVAL script 0")).toEqual([]);
  });

  test("with the flags of each when asked GETKEYSANDFLAGS", () => {
    expect(ask("COMMAND GETKEYSANDFLAGS LMOVE a b LEFT LEFT")).toEqual([
      ["a", statuses("RW", "access", "delete")],
      ["b", statuses("RW", "insert")],
    ]);
    expect(ask("COMMAND GETKEYSANDFLAGS SET a 1")).toEqual([["a", statuses("RW", "access", "update")]]);
  });

  test("byte for byte when keys are not text", () => {
    const reply = bytesOf("COMMAND", "GETKEYS", "GET", "\xff\0\r\n\x80");
    expect([...reply]).toEqual([...Buffer.from("*1\r\n$5\r\n\xff\0\r\n\x80\r\n", "latin1")]);
  });

  const errors: [request: string, text: string][] = [
    ["NOSUCH a", "ERR Invalid command specified"],
    ["OBJECT nosuch k", "ERR Invalid command specified"],
    ["ECHO a", "ERR The command has no key arguments"],
    ["SPUBLISH a b", "ERR The command has no key arguments"],
    ["GET a b", "ERR Invalid number of arguments specified for command"],
    ["ZUNION 3 a b", "ERR Invalid arguments specified for command"],
    ["XREAD COUNT 1 a", "ERR Invalid arguments specified for command"],
  ];
  test.each(errors)("with an error when the request is %s", (request, text) => {
    expect(ask(`COMMAND GETKEYS ${request}`)).toEqual(new Failure(text));
  });
});

test.each(["INFO", "DOCS"])(
  "commandReply refuses COMMAND %s when it names more commands than there are",
  (sub) => {
    const names = new Array<string>(ALL_COMMANDS.length).fill("get");
    expect((decodeWhole(bytesOf("COMMAND", sub, ...names)) as ReplyValue[]).length).toBeGreaterThan(400);
    const reply = decodeWhole(bytesOf("COMMAND", sub, ...names, "get"));
    expect(reply).toEqual(new Failure("ERR more names than there are commands"));
  },
);
