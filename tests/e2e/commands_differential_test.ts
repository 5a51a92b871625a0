/**
 * Over one server the proxy answers to the byte as that server does: long random mixes of commands of all types,
 * errors and wrong arity among them, in RESP2 and in RESP3.
 */
import { afterAll, beforeAll, describe, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { Random } from "../support/seed.ts";
import { randomCommand } from "./random_commands.ts";
import { RedisTwin } from "./redis_twin.ts";

const ROUNDS = 50;
const MOST_COMMANDS = 400;

let twin: RedisTwin;

beforeAll(async () => {
  twin = await RedisTwin.start(1);
});
afterAll(() => twin[Symbol.asyncDispose]());

describe.skipIf(reasonToSkip("redis-server") !== null)(
  "one server behind the proxy answers as it does alone",
  () => {
    test.each([2, 3] as const)("in RESP%d", async (version) => {
      await twin.clear();
      const random = new Random(`commands ${version}`);
      for (let round = 0; round < ROUNDS; round++) {
        const length = random.integer(1, MOST_COMMANDS);
        await twin.same(Array.from({ length }, () => randomCommand(random)), random, version);
      }
    }, 60_000);
  },
);
