import { describe, expect, test } from "bun:test";
import { addServer, changeServer, withMembers } from "../../../../src/control/settings/membership.ts";
import { membershipDocument, readMembership } from "../../../../src/control/settings/membership_document.ts";
import { poolOf } from "./pool_of.ts";

const POOL = poolOf(["10.0.0.1:6379:1 a", "[::1]:6379:2", "/run/c.sock:3", "10.0.0.4:11211:1"]);
const MEMBERSHIP = withMembers(
  {},
  POOL,
  changeServer(
    addServer({ servers: POOL.servers, states: {} }, "10.0.0.9:1:9 new"),
    "a",
    { state: "ejected" },
    Date.parse("2026-01-02T03:04:05.678Z"),
  ),
);

describe("membershipDocument", () => {
  test("writes servers as the file has them, and moments for people", () => {
    expect(membershipDocument(MEMBERSHIP)).toEqual({
      pools: {
        cache: {
          base: MEMBERSHIP.cache!.base,
          servers: [
            "10.0.0.1:6379:1 a",
            "[::1]:6379:2 ::1:6379",
            "/run/c.sock:3 /run/c.sock:",
            "10.0.0.4:11211:1 10.0.0.4",
            "10.0.0.9:1:9 new",
          ],
          states: { a: { state: "ejected", since: "2026-01-02T03:04:05.678Z" } },
        },
      },
    });
  });

  test("is read again as what was written", () => {
    const text = JSON.stringify(membershipDocument(MEMBERSHIP));
    expect(readMembership(JSON.parse(text))).toEqual(MEMBERSHIP);
  });
});

describe("readMembership", () => {
  const pool = { base: "x", servers: ["10.0.0.1:1:1 a"], states: {} };
  const state = { state: "ejected", since: "2026-01-02T03:04:05Z" };

  test("takes no document for no change", () => {
    expect(readMembership(null)).toEqual({});
  });

  test.each<[document: unknown, message: string]>([
    ["text", "the document: "],
    [{}, "pools: "],
    [{ pools: { cache: 1 } }, "pools.cache: "],
    [{ pools: { cache: { ...pool, base: 1 } } }, "pools.cache.base: "],
    [{ pools: { cache: { ...pool, servers: [] } } }, "pools.cache.servers: "],
    [
      { pools: { cache: { ...pool, servers: ["10.0.0.1:1:1 a", "x"] } } },
      'pools.cache.servers.1: "x" is not',
    ],
    [{ pools: { cache: { ...pool, servers: ["a:1:1 a", "b:1:1 a"] } } }, "two servers have the same name"],
    [
      { pools: { cache: { ...pool, states: { a: { ...state, state: "live" } } } } },
      "pools.cache.states.a.state: ",
    ],
    [
      { pools: { cache: { ...pool, states: { a: { ...state, since: "now" } } } } },
      "pools.cache.states.a.since: ",
    ],
    [{ pools: { cache: { ...pool, more: 1 } } }, "more"],
  ])("refuses %j and names the place", (document, message) => {
    expect(() => readMembership(document)).toThrow(message);
  });
});
