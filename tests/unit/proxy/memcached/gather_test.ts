import { describe, expect, test } from "bun:test";
import { Values } from "../../../../src/proxy/memcached/gather.ts";
import type { Pool } from "../../../../src/proxy/pool.ts";
import { PoolCounters } from "../../../../src/proxy/pool_counters.ts";
import { PLACES } from "../redis/fragments.ts";
import { textOf } from "./text_of.ts";

const A = "VALUE a 0 1\r\n1\r\n";
const B = "VALUE b 0 3\r\nEND\r\n";
const DOWN = "SERVER_ERROR Connection refused\r\n";
const ODD = "SERVER_ERROR a server answered a part of the request with an unexpected reply\r\n";

/** What the servers say, what the client gets with `get_failures: miss` and with `error`, and how many are forgiven. */
const CASES: readonly [name: string, replies: string[], miss: string, error: string, forgiven: number][] = [
  ["values and misses", [`${A}END\r\n`, "END\r\n", `${B}END\r\n`], `${A}${B}END\r\n`, `${A}${B}END\r\n`, 0],
  ["a server that is down", [`${A}END\r\n`, DOWN], `${A}END\r\n`, DOWN, 1],
  ["a server that fails behind a value", [`${A}END\r\n`, `${B}${DOWN}`], `${A}END\r\n`, DOWN, 1],
  ["servers that are all down", [DOWN, DOWN], "END\r\n", DOWN, 2],
  [
    "a fault of the client's",
    [`${A}END\r\n`, "CLIENT_ERROR bad\r\n"],
    "CLIENT_ERROR bad\r\n",
    "CLIENT_ERROR bad\r\n",
    0,
  ],
  ["a reply to something else", [`${A}END\r\n`, "STORED\r\n"], `${A}END\r\n`, ODD, 1],
  ["statistics", [`${A}END\r\n`, "STAT a 1\r\nEND\r\n"], `${A}END\r\n`, ODD, 1],
];

describe("Values makes one reply of", () => {
  for (const [name, replies, miss, error, forgiven] of CASES) {
    for (const [place, put] of PLACES) {
      test(`${name}, ${place}`, () => {
        for (
          const [getFailures, expected, count] of [["miss", miss, forgiven], ["error", error, 0]] as const
        ) {
          const counters = new PoolCounters();
          const pool = { config: { getFailures }, counters } as Pool;
          const merged = new Values(pool).merge(replies.map((reply) => put(Buffer.from(reply))));
          expect({ getFailures, said: textOf(merged), forgiven: counters.forgiven }).toEqual({
            getFailures,
            said: expected,
            forgiven: count,
          });
        }
      });
    }
  }
});
