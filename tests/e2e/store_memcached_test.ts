/** A store answers memcached's text commands as memcached does, and keeps one set of keys for both protocols. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { MemcachedServer } from "../support/memcached_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { type Endpoint, RawClient } from "../support/raw_client.ts";
import { StoreProcess } from "../support/store_process.ts";
import { type MemcachedCase, TEXT_CASES } from "./memcached_cases.ts";

const LAST_LINES = "mn\r\nquit\r\n";
/** What a store doesn't have: sizes that memcached can't take, delays, and its own word on some lines. */
const OTHERWISE = /too large|flush_all later|flush_all noreply|^stats|^version$/;

let memcached: MemcachedServer;
let twin: StoreProcess;
let store: StoreProcess;

beforeAll(async () => {
  store = await StoreProcess.start("sqlite::memory:");
});
afterAll(() => store[Symbol.asyncDispose]());

describe.skipIf(reasonToSkip("memcached") !== null)("a store answers as memcached does to", () => {
  beforeAll(async () => {
    memcached = await MemcachedServer.start();
    twin = await StoreProcess.start("sqlite::memory:", { args: ["--protocol", "memcached"] });
  });
  afterAll(async () => {
    await memcached.stop();
    await twin[Symbol.asyncDispose]();
  });

  for (const example of TEXT_CASES.filter(({ name }) => !OTHERWISE.test(name))) {
    test(example.name, async () => {
      const [theirs, ours] = [
        await answerOf(memcached.endpoint, example),
        await answerOf(twin.endpoint, example),
      ];
      expect(ours).toBe(theirs);
    });
  }
});

/** What is said to the case, with tokens counted from the last before it. */
async function answerOf(endpoint: Endpoint, { bytes, end }: MemcachedCase): Promise<string> {
  const last = await startedAt(endpoint);
  const text = bytes.replaceAll(/<(\d)>/g, (_, nth) => String(last + Number(nth)));
  using client = await RawClient.connect(endpoint);
  client.write(Buffer.from(end === undefined ? text + LAST_LINES : text, "latin1"));
  if (end === "half-close") client.halfClose();
  const answer = (await client.readUntilClose()).toString("latin1");
  return answer.replaceAll(
    /^(VALUE \S+ \d+ \d+) (\d+)\r$/gm,
    (_, line, token) => `${line} <${token - last}>\r`,
  );
}

/** Forgets everything. Shape: the last token that was given. */
async function startedAt(endpoint: Endpoint): Promise<number> {
  using client = await RawClient.connect(endpoint);
  client.write("flush_all\r\nset start 0 0 0\r\n\r\ngets start\r\n");
  expect([await client.readLine(), await client.readLine()]).toEqual(["OK", "STORED"]);
  const token = Number(/^VALUE start 0 0 (\d+)$/.exec(await client.readLine())![1]);
  await client.readLine();
  await client.readLine();
  return token;
}

test("both protocols see the same keys, on the same port", async () => {
  using memcachedClient = await store.connect();
  using redisClient = await store.connect();
  memcachedClient.write("set a 5 0 5\r\nhello\r\n");
  expect(await memcachedClient.readLine()).toBe("STORED");
  expect(await redisClient.command("GET", "a")).toBe("hello");
  await redisClient.command("APPEND", "a", "!");
  memcachedClient.write("get a\r\n");
  expect((await memcachedClient.readBytes(26)).toString()).toBe("VALUE a 5 6\r\nhello!\r\nEND\r\n");
  await redisClient.command("DEL", "h");
  await redisClient.command("HSET", "h", "a", "1");
  memcachedClient.write("get h\r\nset h 0 0 1\r\nx\r\nget h\r\n");
  expect((await memcachedClient.readBytes(34)).toString()).toBe(
    "END\r\nSTORED\r\nVALUE h 0 1\r\nx\r\nEND\r\n",
  );
  using typed = await store.connect();
  typed.write("PING\r\n");
  expect(await typed.readReply()).toBe("PONG");
});

test("meta commands are refused with a reason", async () => {
  using client = await store.connect();
  client.write("mg a v\r\n");
  expect(await client.readLine()).toBe("SERVER_ERROR this store does not serve mg");
});
