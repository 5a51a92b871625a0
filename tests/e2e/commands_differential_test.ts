/**
 * Over one server the proxy answers to the byte as that server does: long random mixes of commands of all types,
 * transactions, subscriptions, short waits, errors and wrong arity among them, in RESP2 and in RESP3.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { randomCommands } from "./random_commands.ts";
import { RedisTwin } from "./redis_twin.ts";

const ROUNDS = 50;
const MOST_COMMANDS = 400;

/** What names the server, or says more or less than Redis: of these the type counts. */
const ABOUT_ITSELF = [
  ["HELLO"],
  ["INFO"],
  ["CLIENT", "INFO"],
  ["CLIENT", "LIST"],
  ["CLIENT", "ID"],
  ["LOLWUT"],
  ["TIME"],
  ["ACL", "GETUSER", "default"],
  ["ACL", "GETUSER", "nobody"],
  ["ACL", "LIST"],
  ["ACL", "CAT"],
  ["COMMAND"],
  ["COMMAND", "DOCS"],
  ["COMMAND", "LIST"],
  ["COMMAND", "COUNT"],
  ["SLOWLOG", "GET"],
];

/** Of these every line counts, but not the order of flags; commands without tips, which the proxy has none of. */
const DESCRIPTIONS = [
  ["COMMAND", "INFO", "get", "hset", "lpush", "nosuch"],
  ["COMMAND", "LIST", "FILTERBY", "PATTERN", "getr*"],
  ["COMMAND", "GETKEYSANDFLAGS", "LPUSH", "a", "b"],
  ["CLIENT", "TRACKINGINFO"],
  ["ROLE"],
];

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
        await twin.same(Array.from({ length }, () => randomCommands(random)).flat(), random, version);
      }
    }, 60_000);

    test.each([2, 3] as const)("in the types of RESP%d where it speaks of itself", async (version) => {
      using direct = await RawClient.connect(twin.alone.endpoint);
      using proxied = await twin.fleet.connect();
      const ask = async (client: RawClient, words: readonly string[]) => {
        client.send(...words);
        return (await client.readRawReply()).toString("latin1");
      };
      for (const client of [direct, proxied]) await client.command("HELLO", String(version));
      for (const words of ABOUT_ITSELF) {
        const [theirs, ours] = [await ask(direct, words), await ask(proxied, words)];
        expect({ words, type: ours[0] }).toEqual({ words, type: theirs[0] });
      }
      for (const words of DESCRIPTIONS) {
        const [theirs, ours] = [await ask(direct, words), await ask(proxied, words)];
        expect({ words, lines: ours.split("\r\n").sort() }).toEqual({
          words,
          lines: theirs.split("\r\n").sort(),
        });
      }
    });
  },
);
