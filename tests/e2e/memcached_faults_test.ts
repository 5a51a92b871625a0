/**
 * Memcacheds are frozen, killed and replaced by liars: every request gets one reply, its own, and a fault stays with
 * the server's keys.
 */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { memcachedStats, untilMemcachedQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";
import { Fleet } from "./fleet.ts";

const CLIENTS = 8;
const KEYS = 40;
const TIMED_OUT = "SERVER_ERROR Connection timed out";
const skip = reasonToSkip("memcached") !== null;

/** Three memcacheds behind a proxy. */
async function startFleet(
  options: Record<string, string | number | boolean> = {},
): Promise<Fleet<MemcachedServer>> {
  return await Fleet.start(await MemcachedServer.startMany(3), { options: { redis: false, ...options } });
}

/** One line of reply to one line of request. */
async function ask(client: RawClient, request: string): Promise<string> {
  client.write(`${request}\r\n`);
  return await client.readLine();
}

/** The reply to a get: the value, END, or an error. */
async function get(client: RawClient, key: string): Promise<string> {
  const line = await ask(client, `get ${key}`);
  if (!line.startsWith("VALUE ")) return line;
  const value = await client.readLine();
  expect(await client.readLine()).toBe("END");
  return value;
}

describe.skipIf(skip)("memcached servers that fail", () => {
  test("a frozen one costs its own keys their replies, and no late reply strays", async () => {
    await using fleet = await startFleet({ timeout: 300, late_reply_grace: 10_000 });
    using client = await fleet.connect();
    using other = await fleet.connect();
    const [frozen, living] = [fleet.keyOn(0), fleet.keyOn(1)];
    for (const key of [frozen, living]) expect(await ask(client, `set ${key} 0 0 1\r\n1`)).toBe("STORED");
    await fleet.servers[0]!.freeze();
    expect(await get(client, frozen)).toBe(TIMED_OUT);
    expect(await get(client, living)).toBe("1");
    expect(await ask(client, `set ${frozen} 0 0 1\r\n2`)).toBe(TIMED_OUT);
    expect(await ask(client, `mg ${frozen} v q`)).toBe(TIMED_OUT);
    // Without reply, and so without error: the next line is the next request's.
    expect(await ask(client, `set ${frozen} 0 0 1 noreply\r\n3\r\nget ${living}`)).toBe(
      `VALUE ${living} 0 1`,
    );
    expect([await client.readLine(), await client.readLine()]).toEqual(["1", "END"]);
    fleet.servers[0]!.thaw();
    await eventually("the server answers again", async () => /^[123]$/.test(await get(other, frozen)));
    // What was written while it was frozen has run by then, each once and in order.
    expect(await get(other, frozen)).toBe("3");
    expect(await get(client, frozen)).toBe("3");
    await untilMemcachedQuiet(fleet.proxy, 3);
  });

  test("a dead one fails at once, comes back empty, and the clients stay", async () => {
    await using fleet = await startFleet();
    using client = await fleet.connect();
    const [dead, living] = [fleet.keyOn(0), fleet.keyOn(1)];
    for (const key of [dead, living]) expect(await ask(client, `set ${key} 0 0 1\r\n1`)).toBe("STORED");
    await fleet.servers[0]!.kill();
    await eventually(
      "it is refused",
      async () => await get(client, dead) === "SERVER_ERROR Connection refused",
    );
    expect(await get(client, living)).toBe("1");
    client.write(`get ${dead} ${living}\r\n`);
    expect([await client.readLine(), await client.readLine(), await client.readLine()]).toEqual([
      `VALUE ${living} 0 1`,
      "1",
      "END",
    ]);
    expect(Number((await memcachedStats(client)).get("get_failures_as_misses"))).toBe(1);
    expect(await ask(client, "flush_all")).toBe("SERVER_ERROR Connection refused");
    await fleet.servers[0]!.restart();
    await eventually("it is back", async () => await get(client, dead) === "END");
  });

  test("an ejected one leaves its keys to the others until it answers a probe", async () => {
    await using fleet = await startFleet({
      auto_eject_hosts: true,
      server_failure_limit: 1,
      server_retry_timeout: 200,
    });
    using client = await fleet.connect();
    const key = fleet.keyOn(0);
    await fleet.servers[0]!.kill();
    await eventually(
      "its keys live elsewhere",
      async () => await ask(client, `set ${key} 0 0 1\r\n1`) === "STORED",
    );
    expect(await get(client, key)).toBe("1");
    expect(fleet.logged("server.ejected").length).toBe(1);
    await fleet.servers[0]!.restart();
    await eventually("it is let back in", () => fleet.logged("server.readmitted").length === 1);
    expect(await get(client, key)).toBe("END");
  });

  test("under load, every request gets one reply, and nobody another's", async () => {
    await using fleet = await startFleet({ timeout: 300, late_reply_grace: 10_000 });
    let isOver = false;
    let answered = 0;
    const errors = new Set<string>();
    const violations: string[] = [];

    async function load(id: number): Promise<void> {
      using client = await fleet.connect();
      const random = new Random(`memcached load ${id}`);
      while (!isOver) {
        const keys = Array.from({ length: random.integer(1, 10) }, () => `c${id}:${random.integer(1, KEYS)}`);
        client.write(
          keys.map((key) => `set ${key} 0 0 ${key.length}\r\n${key}\r\nmg ${key} v k q\r\n`).join(""),
        );
        client.write("mn\r\n");
        for (let line = await client.readLine(); line !== "MN"; line = await client.readLine()) {
          answered++;
          const [, size, key] = /^VA (\d+) k(.+)$/.exec(line) ?? [];
          if (key !== undefined) {
            const value = await client.readLine();
            if (value !== key || Number(size) !== key.length || !keys.includes(key)) {
              violations.push(`${line}: ${value}`);
            }
          } else if (line.startsWith("SERVER_ERROR ")) errors.add(line);
          else if (line !== "STORED") violations.push(line);
        }
      }
    }

    const clients = Array.from({ length: CLIENTS }, (_, id) => load(id));
    const more = async (count: number): Promise<void> => {
      const until = answered + count;
      await eventually(`${count} more replies`, () => answered >= until, { timeoutMs: 20_000 });
    };
    await more(2000);
    await fleet.servers[2]!.freeze();
    await eventually("requests time out", () => errors.has(TIMED_OUT));
    fleet.servers[2]!.thaw();
    await more(2000);
    for (const server of fleet.servers.slice(0, 2)) {
      await server.kill();
      await more(2000);
      await server.restart();
      await more(2000);
    }
    isOver = true;
    await Promise.all(clients);
    expect(violations).toEqual([]);
    expect([...errors].filter((error) => error !== TIMED_OUT).join()).toContain("SERVER_ERROR Connection");
    await untilMemcachedQuiet(fleet.proxy);
  }, 60_000);
});

describe("memcached servers that lie", () => {
  const LIES: readonly [name: string, reply: string, end: boolean][] = [
    ["talks HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", false],
    ["talks RESP", "+OK\r\n", false],
    ["closes each block in a wrong way", "VALUE k 0 1\r\nabc\r\nEND\r\n", false],
    ["breaks off in a value", "VALUE k 0 100\r\nabc", true],
    ["breaks off in a line", "VALU", true],
    ["says nothing and closes", "", true],
  ];
  test.each(LIES)("one that %s costs one SERVER_ERROR", async (_, reply, end) => {
    using server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          socket.write(reply);
          if (end) socket.end();
        },
      },
    });
    const options = { redis: false };
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers: [`127.0.0.1:${server.port}:1`], options }),
    );
    using client = await proxy.connect();
    expect(await ask(client, "get k")).toStartWith("SERVER_ERROR ");
    expect(await ask(client, "mn")).toBe("MN");
  });

  test("one that says more than it was asked for is not believed twice", async () => {
    let reply = "VALUE k 0 1\r\n1\r\nEND\r\nVALUE k 0 1\r\n2\r\nEND\r\n";
    using server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: { data: (socket) => void socket.write(reply) },
    });
    const options = { redis: false };
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers: [`127.0.0.1:${server.port}:1`], options }),
    );
    using client = await proxy.connect();
    expect(await get(client, "k")).toBe("1");
    await eventually("the log says so", () => proxy.log.includes("more replies than it was asked for"));
    reply = "END\r\n";
    expect(await get(client, "other")).toBe("END");
  });

  test("one that breaks off in a value that is passed on already costs the connection", async () => {
    let breakOff = (): void => {};
    using server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          breakOff = () => void socket.terminate();
          socket.write(`VALUE k 0 1000000\r\n${"x".repeat(60_000)}`);
        },
      },
    });
    const options = { redis: false };
    await using proxy = await startSennit(
      poolConfig({ listen: freePort(), servers: [`127.0.0.1:${server.port}:1`], options }),
    );
    using client = await proxy.connect();
    client.write("get k\r\n");
    expect((await client.readBytes(21)).toString()).toBe("VALUE k 0 1000000\r\nxx");
    breakOff();
    expect((await client.readUntilClose()).toString()).toStartWith("xxx");
    await untilMemcachedQuiet(proxy);
  });
});

describe.skipIf(skip)("clients that vanish", () => {
  const HALVES: readonly [state: string, sent: string][] = [
    ["a line", "get k"],
    ["a block", "set k 0 0 100000\r\nabc"],
    ["a block that is skipped", "set k 0 0 200000000\r\nabc"],
    [
      "several requests",
      "set k 0 0 1 noreply\r\na\r\nget k a b c d e\r\nflush_all\r\nstats\r\nversion\r\nms x 5 q\r\nab",
    ],
  ];
  test.each(HALVES)("in the middle of %s leave nothing behind", async (_, sent) => {
    await using fleet = await startFleet();
    for (const leave of ["reset", "close"] as const) {
      for (let i = 0; i < 20; i++) {
        const client = await fleet.connect();
        client.write(sent);
        await Bun.sleep(i % 4);
        client[leave]();
      }
    }
    await untilMemcachedQuiet(fleet.proxy);
  });

  test("and those that stall in a block are closed, and hold up nobody", async () => {
    await using fleet = await startFleet({ client_body_timeout: 300 });
    using other = await fleet.connect();
    const heads = ["set k 0 0 1000", "set k 0 0 1000 noreply", "ms k 1000 q"];
    const stalled = await Promise.all(heads.map(() => fleet.connect()));
    for (const [i, client] of stalled.entries()) client.write(`${heads[i]}\r\nabc`);
    expect(await get(other, "k")).toBe("END");
    for (const client of stalled) expect((await client.readUntilClose()).length).toBe(0);
    expect(await get(other, "k")).toBe("END");
    other.close();
    const closed = fleet.logged("client.closed");
    expect(closed.length).toBe(heads.length);
    for (const line of closed) expect(line).toContain("client_body_timeout");
    await untilMemcachedQuiet(fleet.proxy);
  }, 20_000);

  test("one that half-closes gets all its replies first", async () => {
    await using fleet = await startFleet();
    using client = await fleet.connect();
    client.write("set a 0 0 1\r\n1\r\nget a b c\r\nmg a v\r\nversion\r\nset b 0 0 5\r\nhal");
    client.halfClose();
    const said = (await client.readUntilClose()).toString();
    expect(said).toMatch(/^STORED\r\nVALUE a 0 1\r\n1\r\nEND\r\nVA 1\r\n1\r\nVERSION .*\r\n$/);
  });
});
