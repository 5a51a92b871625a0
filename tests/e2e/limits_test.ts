/** Limits refuse what is too large before it costs anything, and pause what is too much. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { startSennit } from "../support/sennit.ts";

const MB = 1024 * 1024;

let server: RedisServer;
beforeAll(async () => void (server = await RedisServer.start()));
afterAll(() => server.stop());

async function startWith(options: Record<string, string | number | boolean>) {
  return await startSennit(poolConfig({ listen: await freePort(), servers: [server], options }));
}

describe.skipIf(reasonToSkip("redis-server") !== null)("a pool", () => {
  const TOO_LARGE: readonly [string, Record<string, number>, string, string][] = [
    ["max_bulk", { max_bulk: 10 }, "*2\r\n$3\r\nGET\r\n$11\r\n", "Protocol error: invalid bulk length"],
    ["max_arguments", { max_arguments: 3 }, "*4\r\n", "Protocol error: invalid multibulk length"],
    ["max_inline", { max_inline: 20 }, "x".repeat(30), "Protocol error: too big inline request"],
    [
      "max_request",
      { max_bulk: 10, max_request: 40 },
      "*4\r\n$4\r\nMGET\r\n$10\r\n0123456789\r\n$10\r\n",
      "Protocol error: request is larger than max_request",
    ],
  ];
  test.each(TOO_LARGE)(
    "answers earlier requests, then the fault of %s, and closes",
    async (_, options, bytes, fault) => {
      await using proxy = await startWith(options);
      using client = await proxy.connect();
      client.write(`*1\r\n$4\r\nPING\r\n${bytes}`);
      expect((await client.readUntilClose()).toString()).toBe(`+PONG\r\n-ERR ${fault}\r\n`);
      expect(proxy.log).toContain(fault);
    },
  );

  test("has no more clients than client_connections, and takes new ones when others leave", async () => {
    await using proxy = await startWith({ client_connections: 2 });
    using first = await proxy.connect();
    await eventually("it is the only client", async () => {
      return String(await first.command("INFO")).includes("connected_clients:1\r\n");
    });
    const second = await proxy.connect();
    expect(await second.command("PING")).toBe("PONG");
    using third = await proxy.connect();
    expect((await third.readUntilClose()).toString()).toBe("-ERR max number of clients reached\r\n");
    second.close();
    await eventually("there is room again", async () => {
      using client = await proxy.connect();
      client.send("PING");
      return (await client.readLine()).startsWith("+PONG");
    });
  });

  test("answers everything when more is pipelined than max_pending_requests", async () => {
    await using proxy = await startWith({ max_pending_requests: 4 });
    using client = await proxy.connect();
    client.write(
      pipeline(Array.from({ length: 5_000 }, (_, i) => ["EVAL", "return ARGV[1]", "1", "k", String(i)])),
    );
    const replies = await client.readReplies(5_000);
    expect(replies).toEqual(replies.map((_, i) => String(i)));
    client.close();
    await untilQuiet(proxy);
  });

  test("pauses a client that asks for much and reads nothing, and serves others meanwhile", async () => {
    await server.command("SET", "big", Buffer.alloc(MB, "x"));
    await using proxy = await startWith({ session_window: "256kb", client_outbox_high: "512kb" });
    using greedy = await proxy.connect();
    greedy.pause();
    const asked = 500;
    greedy.write(pipeline(Array.from({ length: asked }, () => ["GET", "big"])));
    using modest = await proxy.connect();
    for (let i = 0; i < 200; i++) expect(await modest.command("PING", "x")).toBe("x");
    expect(await modest.command("STRLEN", "big")).toBe(MB);
    // Far below the 500 MB that were asked for.
    expect(proxy.rss()).toBeLessThan(300 * MB);
    greedy.resume();
    for (let i = 0; i < asked; i++) expect((await greedy.readRawReply()).length).toBe(MB + 12);
    modest.close();
    greedy.close();
    await untilQuiet(proxy);
  }, 60_000);

  test("closes a client whose replies pass client_outbox_hard, and says so", async () => {
    await server.command("SET", "big", Buffer.alloc(MB, "x"));
    const options = {
      max_bulk: "2mb",
      client_outbox_high: "1mb",
      client_outbox_low: "512kb",
      client_outbox_hard: "2mb",
    };
    await using proxy = await startWith(options);
    using greedy = await proxy.connect();
    greedy.pause();
    greedy.write(pipeline(Array.from({ length: 100 }, () => ["GET", "big"])));
    await eventually("the client is closed", () => proxy.log.includes("client_outbox_hard"));
    await untilQuiet(proxy);
  });

  test("gives the replies to what was received when a client half-closes", async () => {
    await using proxy = await startWith({});
    using client = await proxy.connect();
    client.write(pipeline([["SET", "h", "1"], ["GET", "h"], ["MGET", "h", "none"]]));
    client.write("*2\r\n$3\r\nGET\r\n$1\r\n");
    client.halfClose();
    expect((await client.readUntilClose()).toString()).toBe("+OK\r\n$1\r\n1\r\n*2\r\n$1\r\n1\r\n$-1\r\n");
    await untilQuiet(proxy);
  });

  test("keeps the order of a client's requests over several connections to a server", async () => {
    await using proxy = await startWith({ server_connections: 4 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => proxy.connect()));
    for (const [id, client] of clients.entries()) {
      client.write(pipeline(Array.from({ length: 500 }, (_, i) => ["GETSET", `order:${id}`, String(i)])));
    }
    for (const client of clients) {
      const replies = await client.readReplies(500);
      expect(replies).toEqual([null, ...Array.from({ length: 499 }, (_, i) => String(i))]);
      client.close();
    }
    await untilQuiet(proxy);
  });
});
