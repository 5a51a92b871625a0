/** What is ours in the rules of users; the rest is held against redis-server in tests/conformance. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  AccessCheck,
  ALLOWED,
  DENIED_COMMAND,
  DENIED_KEY,
  DENIED_SCRIPT,
} from "../../../../../src/protocol/redis/acl/access_check.ts";
import { parseUser, RuleFault } from "../../../../../src/protocol/redis/acl/rules.ts";
import { anybody } from "../../../../../src/protocol/redis/acl/user.ts";
import { TABLE } from "../../../../../src/protocol/redis/catalogue.ts";
import { textArguments } from "../text_arguments.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest();
const hashOf = (text: string) => `#${sha256(text).toString("hex")}`;
const check = new AccessCheck();

function judge(rules: string, ...request: string[]): number {
  const args = textArguments(...request);
  return check.check(parseUser("u", rules), TABLE.commandOf(args)!, args);
}

describe("parseUser", () => {
  test("takes every password that its rules have, when it is on", () => {
    const user = parseUser("u", `on ${hashOf("one")} ${hashOf("two")}`);
    expect(["one", "two", "three", ""].map((each) => user.accepts(sha256(each)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(user.passwords).toBe(2);
    expect(parseUser("u", hashOf("one")).accepts(sha256("one"))).toBeFalse();
    expect(parseUser("u", `on ${hashOf("one").toUpperCase()}`).accepts(sha256("one"))).toBeTrue();
  });

  test("forgets passwords at nopass and resetpass, and nopass at a password", () => {
    expect(parseUser("u", `on ${hashOf("one")} nopass`)).toMatchObject({ isOpen: true, passwords: 0 });
    expect(parseUser("u", `on nopass ${hashOf("one")}`)).toMatchObject({ isOpen: false, passwords: 1 });
    expect(parseUser("u", "on nopass resetpass")).toMatchObject({ isOpen: false, passwords: 0 });
    expect(parseUser("u", "nopass").isOpen).toBeFalse();
  });

  test("shows its rules without what is said of passwords", () => {
    expect(parseUser("u", `  on ${hashOf("one")}  ~a:*   +@read (~b +get) `).rules)
      .toBe("on #(hidden) ~a:* +@read (~b +get)");
  });

  test("is unlimited when one set of permissions leaves nothing out", () => {
    expect(parseUser("u", "on nopass ~* +@all").isUnlimited).toBeTrue();
    expect(parseUser("u", "on nopass (allkeys allcommands)").isUnlimited).toBeTrue();
    expect(parseUser("u", "on nopass ~* +@all -flushall").isUnlimited).toBeFalse();
    expect(parseUser("u", "on nopass %RW~* +@all").isUnlimited).toBeFalse();
    expect(anybody(null)).toMatchObject({ isUnlimited: true, isOpen: true, isDeclared: false });
  });

  test.each([
    ["on hunter2", 2],
    ["on >hunter2", 2],
    ["on #hunter2", 2],
    ["on +get !hunter2", 3],
    ["on +hunter2", 2],
    ["on -@hunter2", 2],
    ["on (+get hunter2)", 3],
    ["on (+get #hunter2)", 3],
  ])("doesn't repeat the wrong rule of %p, but says which it is", (rules, number) => {
    let fault: unknown;
    try {
      parseUser("u", rules);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(RuleFault);
    expect(fault).toMatchObject({ number });
    expect((fault as RuleFault).reason).not.toContain("hunter2");
  });
});

describe("AccessCheck", () => {
  test("lets scripts be run by who may do anything, or whose rules name them", () => {
    const request = ["EVAL", "return 1", "1", "a"];
    expect(judge("~* +@all", ...request)).toBe(ALLOWED);
    expect(judge("~* +@all -@dangerous", ...request)).toBe(DENIED_SCRIPT);
    expect(judge("~a +@all", ...request)).toBe(DENIED_SCRIPT);
    expect(judge("~a +@all +eval", ...request)).toBe(ALLOWED);
    expect(judge("~a +@scripting", ...request)).toBe(ALLOWED);
    expect(judge("~a +@scripting -eval +@slow", ...request)).toBe(DENIED_SCRIPT);
    expect(judge("~b +eval", ...request)).toBe(DENIED_KEY);
    expect(judge("~* +@read", ...request)).toBe(DENIED_COMMAND);
  });

  test("names the key that is denied", () => {
    expect(judge("~a:* +@all", "MGET", "a:1", "a:2", "b")).toBe(DENIED_KEY);
    expect(check.argument).toBe(3);
  });
});
