import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../../../src/protocol/memcached/command_table.ts";
import { HUSHES, NOTHING } from "../../../../src/proxy/memcached/hush.ts";
import { PLACES } from "../redis/fragments.ts";
import { textOf } from "./text_of.ts";

/** What a client gets of replies when it wanted none; the rest is dropped. */
const CASES: Record<string, { dropped: string[]; passed: string[] }> = {
  set: {
    dropped: [
      "STORED",
      "NOT_STORED",
      "EXISTS",
      "SERVER_ERROR Connection refused",
      "CLIENT_ERROR bad",
      "ERROR",
    ],
    passed: ["SERVER_ERROR out of memory storing object"],
  },
  incr: {
    dropped: ["5", "NOT_FOUND", "CLIENT_ERROR cannot increment"],
    passed: ["SERVER_ERROR out of memory in incr"],
  },
  mg: { dropped: ["EN", "EN ka O1"], passed: ["HD", "VA 2\r\nhi", "SERVER_ERROR Connection timed out"] },
  ms: {
    dropped: ["HD", "HD ka"],
    passed: ["NS", "EX", "NF", "CLIENT_ERROR bad", "SERVER_ERROR Connection refused"],
  },
  md: { dropped: ["HD"], passed: ["NF", "EX", "CLIENT_ERROR bad"] },
  ma: { dropped: ["HD", "VA 1\r\n5"], passed: ["NF", "NS", "EX"] },
};

describe("HUSHES", () => {
  for (const [name, { dropped, passed }] of Object.entries(CASES)) {
    const merge = HUSHES[COMMANDS.find((command) => command.name === name)!.id]!;
    for (const [place, put] of PLACES) {
      test(`drops replies to ${name} that lie ${place}`, () => {
        for (const reply of dropped) {
          expect([reply, merge.merge([put(Buffer.from(`${reply}\r\n`))])]).toEqual([reply, NOTHING]);
        }
      });
      test(`passes others to ${name} that lie ${place}`, () => {
        for (const reply of passed) {
          const merged = merge.merge([put(Buffer.from(`${reply}\r\n`))]);
          expect(textOf(merged)).toBe(`${reply}\r\n`);
        }
      });
    }
  }
});
