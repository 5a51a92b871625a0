import { describe, expect, test } from "bun:test";
import { READS, WRITES } from "../../../../../src/protocol/redis/commands/key_specs.ts";
import { parseDeclared } from "../../../../../src/protocol/redis/learned/declared_command.ts";
import { judgeAll, type Told } from "../../../../../src/protocol/redis/learned/judge.ts";
import { entry, PLAIN, spec, told } from "./entries.ts";

const by = (server: string, ...parts: Parameters<typeof told>): Told => ({ server, command: told(...parts) });

/** The verdict about one command. */
function judge(...all: Told[]) {
  const verdicts = judgeAll(all);
  expect(verdicts.length).toBe(1);
  return verdicts[0]!;
}

describe("judgeAll", () => {
  test("serves a command with keys, and gives its arity room for them", () => {
    expect(judge(by("a", "x.get", -1, "readonly", [spec(PLAIN)]))).toMatchObject({
      name: "x.get",
      arity: -2,
      refusal: "",
      keys: [{ begin: 1 }],
    });
  });

  test.each([
    ["admin", "administers one server"],
    ["pubsub", "is about channels"],
    ["noscript", "may change the server connection"],
    ["blocking", "may wait for data"],
  ])("refuses what is flagged %s", (flag, reason) => {
    const { refusal, keys } = judge(by("a", "x", 2, `readonly ${flag}`, [spec(PLAIN)]));
    expect(refusal).toStartWith(reason);
    expect(keys).toEqual([]);
  });

  test("refuses what names no keys, or channels in their place", () => {
    expect(judge(by("a", "x", -1, "readonly", [])).refusal).toStartWith("names no keys");
    expect(judge(by("a", "x", 2, "readonly", [spec({ ...PLAIN, flags: "not_key" })])).refusal)
      .toStartWith("names no keys");
  });

  test("refuses what has no room for its keys", () => {
    expect(judge(by("a", "x", 2, "readonly", [spec({ begin: ["index", 3] })])).refusal)
      .toStartWith("has less arguments than keys");
  });

  test("refuses keys that stand elsewhere on another server, and says where", () => {
    const { refusal } = judge(
      by("one", "x", 3, "readonly", [spec(PLAIN)]),
      by("two", "x", 3, "readonly", [spec({ begin: ["index", 2] })]),
    );
    expect(refusal).toStartWith("has its keys in other places on two than on one");
  });

  test("takes from servers that differ what is safe for all of them", () => {
    const verdict = judge(
      by("one", "x", 3, "readonly fast", [spec(PLAIN)]),
      by("two", "x", -3, "write", [spec({ ...PLAIN, flags: "RW update" })]),
    );
    expect(verdict).toMatchObject({ arity: -3, refusal: "", keys: [{ needs: READS | WRITES }] });
    expect([...verdict.flags].sort()).toEqual(["fast", "write"]);
  });

  test("judges the subcommands of a container one by one", () => {
    const { refusal, subcommands } = judge(
      by("a", "x", -2, "", [], [
        entry("x|at", 3, "readonly", [spec({ begin: ["index", 2] })]),
        entry("x|all", 2, "readonly", []),
      ]),
    );
    expect(refusal).toBe("");
    expect(subcommands.map(({ name, refusal }) => [name, refusal === ""])).toEqual([
      ["x|all", false],
      ["x|at", true],
    ]);
  });

  test("takes a declaration's word, and what it leaves open from the servers", () => {
    const declared = new Map([["x", parseDeclared("read 2")], ["y", parseDeclared("write none, blocking")]]);
    const [x, y] = judgeAll([by("a", "x", -4, "write admin module", [])], declared);
    expect(x).toMatchObject({ arity: -4, refusal: "", isDeclared: true, keys: [{ begin: 2 }] });
    expect(x!.flags).toEqual(expect.arrayContaining(["module", "readonly"]));
    expect(x!.flags).not.toContain("write");
    expect(x!.categories).toEqual(["@slow", "@read"]);
    expect(y).toMatchObject({ name: "y", arity: -1, blocks: true, keys: [], flags: ["write", "blocking"] });
  });
});
