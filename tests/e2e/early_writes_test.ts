/** Nothing is written to a server that has not accepted its greeting, however much waits. */
import { describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";

const KB = 1024;
const OPTIONS = {
  connect_timeout: 8000,
  server_outbox_high: "64kb",
  server_outbox_low: "16kb",
};

describe.skipIf(reasonToSkip("redis-server") !== null)("a server that is silent at its greeting", () => {
  test("gets no request before, and its replies are nobody else's", async () => {
    await using server = await RedisServer.start();
    const options = { ...OPTIONS, redis_db: 1, timeout: 500 };
    await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: [server], options }));
    await server.freeze();
    using flood = await proxy.connect();
    for (let i = 0; i < 12; i++) flood.send("SET", `k${i}`, "x".repeat(10 * KB));
    expect((await flood.readReply() as RespError).message).toBe("ERR Connection timed out");
    using client = await proxy.connect();
    client.send("GET", "mine");
    client.send("ECHO", "e");
    client.send("GET", "mine2");
    await Bun.sleep(100);
    server.thaw();
    expect(await client.readReplies(3)).toEqual([null, "e", null]);
  });

  test("gets none at all when it refuses its database", async () => {
    await using server = await RedisServer.start();
    const options = { ...OPTIONS, redis_db: 99 };
    await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: [server], options }));
    await server.freeze();
    using client = await proxy.connect();
    client.send("GET", "k");
    for (let i = 0; i < 20; i++) client.send("SET", `k${i}`, "x".repeat(10 * KB));
    await Bun.sleep(200);
    server.thaw();
    for (const reply of await client.readReplies(21)) {
      expect((reply as RespError).message).toStartWith("ERR server refused SELECT");
    }
    expect(await server.command("DBSIZE")).toBe(0);
  });
});
