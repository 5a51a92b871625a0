/** A connection ends when it should, whatever else happens then: after QUIT, at a fault, at the end of the process. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { command } from "../support/resp_encoder.ts";
import { startSennit } from "../support/sennit.ts";

const MB = 1024 * 1024;
/** Nobody listens there. */
const NOWHERE = ["127.0.0.1:1:1"];
const REFUSED = "-ERR Connection refused\r\n";

describe("a connection whose window is full", () => {
  const ENDS: readonly [name: string, sent: string, said: string][] = [
    ["QUIT", "*1\r\n$4\r\nQUIT\r\n", "+OK\r\n"],
    ["a protocol error", "*1\r\n:bad\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"],
  ];
  test.each(ENDS)("closes after %s that failing requests woke it for", async (_, sent, said) => {
    const options = { session_window: 1 };
    await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: NOWHERE, options }));
    using first = await proxy.connect();
    expect((await first.command("GET", "a") as Error).message).toBe("ERR Connection refused");
    using client = await proxy.connect();
    client.write(command("GET", "a") + sent);
    expect((await client.readUntilClose()).toString()).toBe(REFUSED + said);
  });
});

test("a request of HTTP closes the connection, and what follows it is not served", async () => {
  await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: NOWHERE }));
  for (const line of ["POST / HTTP/1.1", "host: example.org"]) {
    using client = await proxy.connect();
    client.write(`PING\r\n${line}\r\nPING\r\n`);
    expect((await client.readUntilClose()).toString()).toBe("+PONG\r\n");
  }
  expect(proxy.log).toContain("a request of HTTP");
});

describe.skipIf(reasonToSkip("redis-server") !== null)("at SIGTERM", () => {
  test("the process ends although a client doesn't read its reply, and says so", async () => {
    await using server = await RedisServer.start();
    const pool = poolConfig({ listen: freePort(), servers: [server] });
    await using proxy = await startSennit(
      `shutdown_grace: 200\npools:\n${pool.replaceAll(/^(?=.)/gm, "  ")}`,
    );
    using client = await proxy.connect();
    expect(await client.command("SET", "large", "x".repeat(30 * MB))).toBe("OK");
    client.send("GET", "large");
    expect((await client.readBytes(5)).toString()).toBe("$3145");
    client.pause();
    expect(await proxy.stop()).toBe(0);
    expect(proxy.log).toContain("the client hasn't read its replies");
  }, 20_000);

  test("what had come is still answered", async () => {
    await using server = await RedisServer.start();
    await using proxy = await startSennit(poolConfig({ listen: freePort(), servers: [server] }));
    using client = await proxy.connect();
    // INFO asks the server for its version, once.
    expect(await infoNumber(proxy, "total_error_replies")).toBe(0);
    await server.freeze();
    const COUNT = 400;
    client.write(command("INCR", "n").toString().repeat(COUNT));
    // The first of them are on their way then, the others wait for replies to those.
    await eventually("they have come", async () => await infoNumber(proxy, "total_commands_processed") > 100);
    const ended = proxy.stop();
    await eventually("it is stopping", () => proxy.log.includes("stopping"));
    server.thaw();
    const replies = (await client.readUntilClose()).toString().split("\r\n").slice(0, -1);
    expect(replies).toEqual(Array.from({ length: COUNT }, (_, i) => `:${i + 1}`));
    client.close();
    expect(await ended).toBe(0);
  });
});
