/**
 * Invariant 6: bytes in flight are bounded by configuration, whatever clients and servers do. Resident memory is
 * compared with what was asked for, generously: the collector takes its time.
 */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy } from "../support/fake_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber, untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { bulk, command, pipeline } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;
const KB = 1024;
const MB = 1024 * KB;

/** What a fleet's proxy holds now; INFO must have been asked before, so that no server has to answer it. */
function bytesInFlight(fleet: Fleet<RedisServer | FakeServer>): Promise<number> {
  return infoNumber(fleet.proxy, "bytes_in_flight");
}

describe.skipIf(skip)("clients that don't read their replies", () => {
  test("are closed, the one that holds most first, once limits.total_bytes is reached", async () => {
    const options = { max_bulk: "32mb", client_outbox_hard: "1gb" };
    await using fleet = await Fleet.start([await RedisServer.start()], { options, totalBytes: "64mb" });
    const { proxy } = fleet;
    {
      using modest = await fleet.connect();
      expect(await modest.command("MSET", "big", "x".repeat(MB), "small", "x".repeat(10 * KB))).toBe("OK");
      await bytesInFlight(fleet);
      const before = proxy.rss();
      using small = await silentClient(fleet, pipeline(Array.from({ length: 100 }, () => ["GET", "small"])));
      const flood = pipeline(Array.from({ length: 1000 }, () => ["GET", "big"]));
      const greedy = [await silentClient(fleet, flood), await silentClient(fleet, flood)];
      const ports = greedy.map(({ localPort }) => localPort);
      await eventually("a client is closed", () => fleet.logged("client.closed").length > 0);
      for (let i = 0; i < 200; i++) expect(await modest.command("STRLEN", "small")).toBe(10 * KB);
      expect(await bytesInFlight(fleet)).toBeLessThanOrEqual(64 * MB);
      // The two asked for 2 GB.
      expect(proxy.rss() - before).toBeLessThan(400 * MB);
      const closed = fleet.logged("client.closed");
      for (const line of closed) expect(line).toMatch(/limits\.total_bytes.*holds most/);
      const isGreedy = (line: string) => ports.some((port) => line.includes(`client=127.0.0.1:${port} `));
      expect(closed.filter((line) => !isGreedy(line))).toEqual([]);
      small.resume();
      for (let i = 0; i < 100; i++) expect((await small.readRawReply()).length).toBeGreaterThan(10 * KB);
      for (const client of greedy) client.close();
    }
    await untilQuiet(proxy);
  }, 30_000);

  test("make the proxy stop reading, and get everything in order once they read", async () => {
    await using fleet = await Fleet.start([await RedisServer.start()]);
    const { proxy } = fleet;
    {
      using modest = await fleet.connect();
      await modest.command("SET", "k", "first".padEnd(16 * KB, "x"));
      const before = proxy.rss();
      using greedy = await silentClient(fleet);
      let sent = 0;
      // Each reply is the value before: the client asks for as much as it sends.
      const batchOf = (from: number) =>
        pipeline(
          Array.from({ length: 64 }, (_, i) => ["SET", "k", `${from + i} `.padEnd(16 * KB, "x"), "GET"]),
        );
      while (sent < 64_000 && await greedy.writeOut(batchOf(sent), 1000)) sent += 64;
      expect(sent).toBeLessThan(64_000);
      sent += 64;
      for (let i = 0; i < 100; i++) expect(await modest.command("PING", String(i))).toBe(String(i));
      expect(proxy.rss() - before).toBeLessThan(200 * MB);
      greedy.resume();
      const values = await greedy.readReplies(sent);
      const numbers = values.map((value) => String(value).slice(0, 6).trim().split(" ")[0]);
      expect(numbers).toEqual(["firstx", ...Array.from({ length: sent - 1 }, (_, i) => String(i))]);
    }
    await untilQuiet(proxy);
  }, 60_000);

  test("can send a gigabyte of pipelined SETs while others are served", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2));
    const { proxy } = fleet;
    {
      using modest = await fleet.connect();
      expect(await modest.command("SET", fleet.keyOn(1), "v")).toBe("OK");
      const before = proxy.rss();
      using sender = await silentClient(fleet);
      const batch = pipeline(Array.from({ length: 16 }, () => ["SET", fleet.keyOn(0), "x".repeat(256 * KB)]));
      let largest = 0;
      for (let sent = 0; sent < 1024 * MB; sent += batch.length) {
        expect(await sender.writeOut(batch, 10_000)).toBeTrue();
        expect(await modest.command("GET", fleet.keyOn(1))).toBe("v");
        largest = Math.max(largest, proxy.rss());
      }
      expect(largest - before).toBeLessThan(400 * MB);
    }
    await untilQuiet(proxy);
  }, 60_000);
});

describe.skipIf(skip)("a stopped server", () => {
  test("gets no more than limits.total_bytes to wait for it, and all of it when it goes on", async () => {
    const options = { max_bulk: "16mb", timeout: 0 };
    await using fleet = await Fleet.start(await RedisServer.startMany(2), { options, totalBytes: "64mb" });
    const { proxy, servers: [stopped] } = fleet;
    {
      using modest = await fleet.connect();
      expect(await modest.command("SET", fleet.keyOn(1), "v")).toBe("OK");
      await bytesInFlight(fleet);
      const before = proxy.rss();
      await stopped!.freeze();
      const request = command("SET", fleet.keyOn(0), Buffer.alloc(8 * MB, "x"));
      const clients = await Promise.all(Array.from({ length: 40 }, () => fleet.connect()));
      for (const client of clients) client.write(request);
      await eventually("the worker is full", async () => await bytesInFlight(fleet) >= 40 * MB);
      for (let i = 0; i < 100; i++) expect(await modest.command("GET", fleet.keyOn(1))).toBe("v");
      // 40 clients want 320 MB; what each has sent into one chunk counts beside the limit.
      expect(await bytesInFlight(fleet)).toBeLessThan(64 * MB + 40 * 512 * KB);
      expect(proxy.rss() - before).toBeLessThan(200 * MB);
      stopped!.thaw();
      for (const client of clients) {
        expect(await client.readReply()).toBe("OK");
        client.close();
      }
      expect(fleet.logged("client.closed")).toEqual([]);
    }
    await untilQuiet(proxy);
  }, 30_000);
});

describe("a split reply", () => {
  const element = bulk(Buffer.alloc(30 * MB, "x"));
  const ELEMENTS = 5;

  /** Two servers that answer an MGET with an array of long elements, and send `sent` bytes of the first. */
  async function startSlow(sent: number): Promise<Fleet<FakeServer>> {
    const slow = () =>
      FakeServer.start((request, peer) => {
        if (request[0] !== "MGET") return healthy(request, peer);
        peer.write(`*${ELEMENTS}\r\n`);
        peer.write(element.subarray(0, sent));
      });
    const options = { timeout: 0, max_bulk: "32mb", client_outbox_hard: "50mb" };
    const fleet = await Fleet.start([await slow(), await slow()], { options });
    await bytesInFlight(fleet);
    return fleet;
  }

  test("counts while it arrives, and closes the client that asked for too much", async () => {
    await using fleet = await startSlow(30 * MB);
    using client = await fleet.connect();
    client.send("MGET", fleet.keyOn(0), fleet.keyOn(1));
    await client.readUntilClose();
    expect(fleet.logged("client.closed").join()).toContain("client_outbox_hard");
    await untilQuiet(fleet.proxy);
  });

  test("is dropped as it comes when its client has left", async () => {
    // Below `client_outbox_hard` together, or the proxy may close the client before it leaves.
    const sent = 20 * MB;
    await using fleet = await startSlow(sent);
    const client = await fleet.connect();
    client.send("MGET", fleet.keyOn(0, "first"), fleet.keyOn(0, "second"), fleet.keyOn(1));
    await eventually("all that was sent counts", async () => await bytesInFlight(fleet) >= 2 * sent);
    client.reset();
    await untilQuiet(fleet.proxy);
    const before = fleet.proxy.rss();
    for (const { peer } of fleet.servers) {
      peer.write(element.subarray(sent));
      for (let i = 1; i < ELEMENTS; i++) peer.write(element);
    }
    using next = await fleet.connect();
    for (const server of [0, 1]) next.send("GET", fleet.keyOn(server));
    let isWaiting = true;
    const replies = next.readReplies(2).finally(() => (isWaiting = false));
    let most = 0;
    while (isWaiting) most = Math.max(most, await bytesInFlight(fleet));
    expect(await replies).toEqual([null, null]);
    // One of the two small replies may wait for the other.
    expect(most).toBeLessThan(KB);
    // 260 MB have come.
    expect(fleet.proxy.rss() - before).toBeLessThan(150 * MB);
  }, 30_000);
});

/** A client that reads nothing. */
async function silentClient(fleet: Fleet<RedisServer>, bytes?: Uint8Array): Promise<RawClient> {
  const client = await fleet.connect();
  client.pause();
  if (bytes !== undefined) client.write(bytes);
  return client;
}
