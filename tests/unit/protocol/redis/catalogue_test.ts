import { describe, expect, test } from "bun:test";
import { AccessCheck, ALLOWED } from "../../../../src/protocol/redis/acl/access_check.ts";
import { parseUser } from "../../../../src/protocol/redis/acl/rules.ts";
import { Catalogue, TABLE } from "../../../../src/protocol/redis/catalogue.ts";
import { commandReply } from "../../../../src/protocol/redis/command_reply.ts";
import { ALL_COMMANDS, COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { parseDeclared } from "../../../../src/protocol/redis/learned/declared_command.ts";
import { judgeAll } from "../../../../src/protocol/redis/learned/judge.ts";
import { learnedCommand } from "../../../../src/protocol/redis/learned/learned_command.ts";
import { decodeWhole } from "./decode_reply.ts";
import { entry, PLAIN, spec, told } from "./learned/entries.ts";
import { textArguments } from "./text_arguments.ts";

const TOLD = [
  told("j.get", -2, "readonly module", [spec(PLAIN)]),
  told("j.set", -3, "write module", [spec({ ...PLAIN, flags: "RW update" })]),
  told("j.all", -1, "readonly module", []),
  told("box", -2, "", [], [
    entry("box|put", 3, "write", [spec({ begin: ["index", 2], flags: "OW insert" })]),
  ]),
  told("xinfo|later", 3, "readonly", [spec({ begin: ["index", 2] })]),
];
const DECLARED = new Map([["j.declared", parseDeclared("read 2, blocking")]]);

const catalogue = new Catalogue({
  learned: judgeAll(TOLD.map((command) => ({ server: "a", command })), DECLARED).map((each) =>
    learnedCommand(each)!
  ),
  isLacking: ({ name }) => name === "hexpire" || name === "ping",
});

function find(request: string, among = catalogue) {
  return among.commandOf(textArguments(...request.split(" ")));
}

function ask(...words: string[]) {
  const [command, args] = [TABLE.commandOf(textArguments(...words))!, textArguments(...words)];
  return decodeWhole(commandReply(command, args, 2, catalogue));
}

describe("Catalogue", () => {
  test("finds the table's commands, learned ones in any case, and subcommands of either", () => {
    expect(find("GET a")).toBe(find("get a", TABLE));
    expect(find("J.Get a")).toMatchObject({
      name: "j.get",
      singleKey: true,
      retrySafe: true,
      group: "module",
    });
    expect(find("j.set a b")).toMatchObject({ singleKey: true, write: true, retrySafe: false });
    expect(find("box PUT k")).toMatchObject({ name: "box|put", singleKey: false, write: true });
    expect(find("XINFO LATER s")).toMatchObject({ name: "xinfo|later", group: "module" });
    expect(find("xinfo stream s")).toBe(find("xinfo stream s", TABLE));
    expect([find("nosuch"), find("box none"), find("xinfo none s"), find("j.get a", TABLE)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test("has what is refused, with the reason", () => {
    expect(find("j.all")).toMatchObject({
      handling: "refuse",
      refusal: expect.stringContaining("J.ALL names no keys"),
    });
  });

  test("keeps what waits off connections that are shared", () => {
    expect(find("j.declared x k")).toMatchObject({ singleKey: false, timeoutAt: Infinity });
  });

  test("gives every command an id of its own, which none of the table has", () => {
    const ids = catalogue.learned.flatMap((each) => [each, ...each.subcommands]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(ALL_COMMANDS.length);
  });

  test("serves neither what is refused nor what a server lacks, unless the proxy does it itself", () => {
    const names = catalogue.served.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["get", "ping", "j.get", "j.set", "box", "j.declared"]));
    for (const name of ["hexpire", "j.all"]) expect(names).not.toContain(name);
    expect(names.length).toBe(TABLE.served.length - 1 + 4);
    expect(TABLE.served.every((command) => COMMANDS.includes(command))).toBe(true);
  });
});

describe("commandReply with a catalogue", () => {
  test("counts, lists and describes what is served", () => {
    expect(ask("COMMAND", "COUNT")).toBe(catalogue.served.length);
    const names = ask("COMMAND", "LIST") as string[];
    expect(names).toEqual(expect.arrayContaining(["j.get", "box|put", "xinfo|later", "xinfo|stream"]));
    const infos = ask("COMMAND", "INFO", "xinfo", "j.all", "hexpire", "j.get") as (unknown[] | null)[];
    expect((infos[0]![9] as string[][]).map(([name]) => name)).toContain("xinfo|later");
    expect(infos.slice(1, 3)).toEqual([null, null]);
    expect(infos[3]!.slice(3, 6)).toEqual([1, 1, 1]);
    expect(ask("COMMAND", "DOCS", "j.get", "j.all")).toEqual([
      "j.get",
      ["summary", "", "group", "module", "arity", -2],
    ]);
  });

  test("finds keys of learned commands", () => {
    expect(ask("COMMAND", "GETKEYS", "box", "put", "k")).toEqual(["k"]);
    expect(ask("COMMAND", "GETKEYSANDFLAGS", "j.get", "k")).toMatchObject([["k", [{ text: "RO" }, {
      text: "access",
    }]]]);
  });
});

describe("rules of users about commands that the table lacks", () => {
  const check = new AccessCheck();
  const allows = (rules: string, request: string) => {
    const args = textArguments(...request.split(" "));
    return check.check(parseUser("u", `on nopass ${rules}`), find(request)!, args) === ALLOWED;
  };

  test.each([
    ["~* +@all", "j.set k v", true],
    ["~* +@read", "j.get k", true],
    ["~* +@read", "j.set k v", false],
    ["~* +@write -j.set", "j.set k v", false],
    ["~* -@all +j.set", "j.set k v", true],
    ["~* +j.set -@write", "j.set k v", false],
    ["~* +@all -j.get", "j.set k v", true],
    ["~* +@all -j.get", "j.get k", false],
    ["~* +@all -@read +j.get", "j.get k", true],
    ["~* +@all -xinfo", "xinfo later s", false],
    ["~app:* +@read", "j.get k", false],
    ["~app:* +@read", "j.get app:1", true],
    ["%R~app:* +@all", "j.set app:1 v", false],
    ["nocommands", "j.get k", false],
  ])("%s: %s", (rules, request, allowed) => expect(allows(rules, request)).toBe(allowed));

  test("name a module's commands with their dot; others without one are misspellings", () => {
    expect(() => parseUser("u", "+jjson.gett")).not.toThrow();
    expect(() => parseUser("u", "+gett")).toThrow("is not a command");
    expect(() => parseUser("u", "+j.get|x")).toThrow("is not a command");
  });
});
