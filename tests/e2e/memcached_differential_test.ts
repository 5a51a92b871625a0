/**
 * In front of one memcached, the proxy answers byte for byte as that memcached does alone, whatever it is sent, in
 * whatever pieces it arrives. Where it answers something else, that is said at the end.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { type Endpoint, RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { type MemcachedCase, TEXT_CASES } from "./memcached_cases.ts";
import { META_CASES } from "./memcached_meta_cases.ts";

/** Longest case that also arrives byte by byte; bytes. */
const MOST_SINGLE_BYTES = 2_000;
const RANDOM_CUTS = 4;
const LAST_LINES = "mn\r\nquit\r\n";

let alone: MemcachedServer;
let behind: MemcachedServer;
let proxy: ProxyProcess;

describe.skipIf(reasonToSkip("memcached") !== null)("the proxy answers as memcached does", () => {
  beforeAll(async () => {
    [alone, behind] = await MemcachedServer.startMany(2) as [MemcachedServer, MemcachedServer];
    const options = { redis: false };
    proxy = await startSennit(poolConfig({ listen: freePort(), servers: [behind], options }));
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    for (const server of [alone, behind]) await server?.[Symbol.asyncDispose]();
  });

  for (const example of [...TEXT_CASES, ...META_CASES]) {
    test(example.name, async () => {
      for (const [name, cutsOf] of arrivals(new Random(example.name))) await compare(example, name, cutsOf);
    }, 20_000);
  }

  describe("and otherwise only here", () => {
    /** What the proxy says and what memcached says. */
    async function answers(bytes: string): Promise<{ proxied: string; direct: string }> {
      await startAlike();
      const all = Buffer.from(bytes + LAST_LINES, "latin1");
      const proxied = (await answerTo(proxy.endpoint, all, [])).toString("latin1");
      const direct = (await answerTo(alone.endpoint, all, [])).toString("latin1");
      return { proxied, direct };
    }

    test.each(["a\x01", "\x7f", "a\tb", "\x1fa", "a\r"])(
      "the key %j has a control character",
      async (key) => {
        const lines = [
          "get a ?",
          "gat 0 ?",
          "set ? 0 0 9\r\nflush_all",
          "touch ? 0",
          "mg ? v",
          "ms ? 9\r\nflush_all",
        ];
        const { proxied, direct } = await answers(`${lines.join("\r\n")}\r\n`.replaceAll("?", key));
        const refused = "CLIENT_ERROR bad command line format\r\n";
        expect(proxied).toBe(`${refused.repeat(lines.length)}MN\r\n`);
        expect(direct).not.toContain("CLIENT_ERROR");
      },
    );

    test.each([
      "set a 4294967296 0 1",
      "set a 0 2147483648 1",
      "set a 0 4000000000 1",
      "set a 0 0 4294967297",
    ])("memcached cuts a number of `%s` to 32 bits, later versions do not", async (line) => {
      const { proxied, direct } = await answers(`${line}\r\nx\r\nget b\r\n`);
      expect(proxied).toBe("CLIENT_ERROR bad command line format\r\nERROR\r\nEND\r\nMN\r\n");
      expect(direct).toBe("STORED\r\nEND\r\nMN\r\n");
    });

    test("memcached says that `ma` created a value even if it was told to be quiet", async () => {
      const { proxied, direct } = await answers("ma a N0 q\r\nma b N0 q v\r\nmg a v\r\nmg b v\r\n");
      expect(proxied).toBe("VA 1\r\n0\r\nVA 1\r\n0\r\nMN\r\n");
      expect(direct).toBe(`HD\r\nVA 1\r\n0\r\n${proxied}`);
    });

    test.each(["set a 0 0", "ms a"])(
      "that `%s` is too large is said before the block has come",
      async (line) => {
        using client = await proxy.connect();
        client.write(`${line} 2147483645\r\n`);
        expect(await client.readLine()).toBe("SERVER_ERROR object too large for cache");
      },
    );
  });
});

type CutsOf = (bytes: Buffer) => number[];

/** The ways a case's bytes arrive. */
function arrivals(random: Random): [name: string, cutsOf: CutsOf][] {
  const singly: CutsOf = ({ length }) =>
    length > MOST_SINGLE_BYTES ? [] : Array.from({ length: length - 1 }, (_, i) => i + 1);
  const anywhere: CutsOf = ({ length }) => [random.integer(1, length - 1)];
  return [
    ["whole", () => []],
    ["byte by byte", singly],
    ...Array.from({ length: RANDOM_CUTS }, (): [string, CutsOf] => ["cut in two", anywhere]),
  ];
}

async function compare(example: MemcachedCase, arrival: string, cutsOf: CutsOf): Promise<void> {
  const last = await startAlike();
  const text = example.bytes.replaceAll(/<(\d)>/g, (_, nth) => String(last + Number(nth)));
  const bytes = Buffer.from(example.end === undefined ? text + LAST_LINES : text, "latin1");
  const cuts = cutsOf(bytes);
  const expected = printable(await answerTo(alone.endpoint, bytes, [], example.end));
  const actual = printable(await answerTo(proxy.endpoint, bytes, cuts, example.end));
  if (actual === expected) return;
  const where = `${arrival}${arrival === "cut in two" ? ` at ${cuts}` : ""}:`;
  expect(`${where} ${actual}`).toBe(`${where} ${expected}`);
}

/** Empties both servers and brings them to the same token. Shape: the last token they gave. */
async function startAlike(): Promise<number> {
  using first = await RawClient.connect(alone.endpoint);
  using second = await RawClient.connect(behind.endpoint);
  const tokens = [await emptied(first), await emptied(second)] as [number, number];
  while (tokens[0] < tokens[1]) tokens[0] = await storedToken(first);
  while (tokens[1] < tokens[0]) tokens[1] = await storedToken(second);
  return tokens[0];
}

async function emptied(client: RawClient): Promise<number> {
  client.write("verbosity 0\r\nflush_all\r\n");
  expect([await client.readLine(), await client.readLine()]).toEqual(["OK", "OK"]);
  return await storedToken(client);
}

async function storedToken(client: RawClient): Promise<number> {
  client.write("ms start 0 c\r\n\r\n");
  return Number(/^HD c(\d+)$/.exec(await client.readLine())![1]);
}

/** All that comes until the connection ends. */
async function answerTo(
  endpoint: Endpoint,
  bytes: Buffer,
  cuts: readonly number[],
  end?: MemcachedCase["end"],
): Promise<Buffer> {
  using client = await RawClient.connect(endpoint);
  let sent = 0;
  for (const cut of [...cuts, bytes.length]) {
    client.write(bytes.subarray(sent, cut));
    sent = cut;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (end === "half-close") client.halfClose();
  return await client.readUntilClose();
}

/** The bytes as text: of long runs of one letter, how long they are; without the seconds since the last access. */
function printable(bytes: Buffer): string {
  const text = bytes.toString("latin1").replaceAll(/(.)\1{99,}/g, (run, letter) => `${letter}*${run.length}`);
  return JSON.stringify(text.replaceAll(/( l| la=)\d+/g, "$1*"));
}
