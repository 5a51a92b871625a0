/**
 * What a store claims to serve, it serves as a redis-server does: random mixes of all its commands, right and wrong,
 * answered alike, error texts included.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { servedCommands } from "../../src/store/redis/handlers.ts";
import { reasonToSkip } from "../support/programs.ts";
import { type Endpoint, RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random } from "../support/seed.ts";
import { StoreProcess } from "../support/store_process.ts";
import { pipeline } from "../support/resp_encoder.ts";
import type { RespValue } from "../support/resp.ts";
import { ordered, randomStoreCommand } from "./store_commands.ts";
import { STORE_ENGINES } from "./store_engines.ts";

const MOST_COMMANDS = 300;
/** Enough for the rarest command. */
const DRAWS = 100_000;

/** Commands about the one who answers, or that only chance decides. */
const ABOUT_ITSELF = /^(info|time|lolwut|command|hello|reset|quit|auth|client|randomkey|dump|restore)$/;

let redis: RedisServer;

describe.skipIf(reasonToSkip("redis-server") !== null)("a store answers as a redis-server does", () => {
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  describe.each(STORE_ENGINES)("over $name", ({ name, reason, rounds, start }) => {
    test.skipIf(reason !== null).each([2, 3] as const)(
      `${reason ?? "random commands"} in RESP%d`,
      async (version) => {
        await using database = await start();
        await using store = await StoreProcess.start(database.url);
        await redis.command("FLUSHALL");
        const random = new Random(`store ${name} ${version}`);
        for (let round = 0; round < rounds; round++) {
          const commands = Array.from(
            { length: random.integer(1, MOST_COMMANDS) },
            () => randomStoreCommand(random),
          );
          const [theirs, ours] = await Promise.all([
            answers(redis.endpoint, commands, version),
            answers(store.endpoint, commands, version),
          ]);
          compare(commands, theirs, ours);
        }
      },
      120_000,
    );
  });
});

test("every command that a store claims is among them", () => {
  const random = new Random("claims");
  const drawn = new Set(Array.from({ length: DRAWS }, () => randomStoreCommand(random)[0]!.toLowerCase()));
  const missing = servedCommands().map(({ name }) => name).filter((name) => !drawn.has(name));
  expect(missing.filter((name) => !ABOUT_ITSELF.test(name))).toEqual([]);
});

async function answers(
  endpoint: Endpoint,
  commands: readonly string[][],
  version: number,
): Promise<RespValue[]> {
  using client = await RawClient.connect(endpoint);
  client.deadlineMs = 60_000;
  await client.command("HELLO", String(version));
  client.write(pipeline(commands));
  return await client.readReplies(commands.length);
}

/** Replies of a transaction block are held against the commands that were queued. */
function compare(
  commands: readonly string[][],
  theirs: readonly RespValue[],
  ours: readonly RespValue[],
): void {
  let queued: string[][] = [];
  commands.forEach((words, i) => {
    const of = (reply: RespValue): unknown =>
      words[0] === "EXEC" && Array.isArray(reply)
        ? reply.map((each, n) => ordered(queued[n]!, each))
        : ordered(words, reply);
    const before = commands.slice(0, i).filter((each) => each.some((word) => words.slice(1).includes(word)));
    const told = before.slice(-12).map((each) => each.join(" "));
    expect({ told, words, reply: of(ours[i]!) }).toEqual({ told, words, reply: of(theirs[i]!) });
    if (theirs[i] === "QUEUED") queued.push(words);
    else if (words[0] === "EXEC" || words[0] === "DISCARD") queued = [];
  });
}
