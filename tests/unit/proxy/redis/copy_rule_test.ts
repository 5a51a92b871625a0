import { expect, test } from "bun:test";
import { copyFault } from "../../../../src/proxy/redis/copy_rule.ts";
import type { Session } from "../../../../src/proxy/session.ts";
import { variantOf } from "../../../../src/proxy/variant.ts";
import { textArguments } from "../../protocol/redis/text_arguments.ts";

/** What is said to `COPY from to` with these options, in database 1 of three. */
function fault(options: string, redisDb = 0): string {
  const session = { variant: variantOf(3, 1), pool: { config: { databases: 3, redisDb } } };
  return copyFault(session as unknown as Session, textArguments("COPY", "from", "to", ...options.split(" ")));
}

test("COPY names no other database than that of its session, and in no pool that numbers them its own way", () => {
  for (const served of ["REPLACE", "DB 1", "db 1 replace", "REPLACE DB 1"]) expect(fault(served)).toBe("");
  expect(fault("REPLACE", 4)).toBe("");
  expect(fault("DB 1", 4)).toContain("redis_db");
  for (const other of ["DB 0", "DB 2", "REPLACE DB 2", "DB 1 DB 0"]) {
    expect(fault(other)).toContain("two databases");
  }
  for (const beyond of ["DB 3", "DB -1"]) expect(fault(beyond)).toBe("ERR DB index is out of range");
  expect(fault("DB x")).toBe("ERR value is not an integer or out of range");
  // Without a number Redis has its own words for it.
  expect(fault("REPLACE DB")).toBe("");
});
