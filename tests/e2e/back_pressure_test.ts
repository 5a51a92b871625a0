/** Who waits for whom: a slow server holds up those who aim at it, an upload those who need its memory, nobody else. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber, untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";

const KB = 1024;
const MB = 1024 * KB;

/** Two real servers, which have told their version, so that INFO needs no answer of theirs later. */
async function startTwo(options: FleetOptions): Promise<Fleet<RedisServer>> {
  const fleet = await Fleet.start(await RedisServer.startMany(2), options);
  await infoNumber(fleet.proxy, "bytes_in_flight");
  return fleet;
}

/** The beginning of a SET: its header, and `here` of the announced bytes of the value. */
function halfSet(key: string, announced: number, here: number): Buffer {
  const header = `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${announced}\r\n`;
  return Buffer.concat([Buffer.from(header), Buffer.alloc(here, "x")]);
}

describe.skipIf(reasonToSkip("redis-server") !== null)("a stopped server", () => {
  test("holds up the proxy's own answers behind it", async () => {
    await using fleet = await startTwo({ options: { max_pending_requests: 100, timeout: 0 } });
    const { proxy, servers: [stopped] } = fleet;
    await stopped!.freeze();
    using held = await fleet.connect();
    held.send("GET", fleet.keyOn(0));
    held.write("PING\r\n".repeat(20_000));
    held.write("COMMAND\r\n".repeat(2000));
    await eventually("it is served no further", async () => {
      const before = await infoNumber(proxy, "total_commands_processed");
      return await infoNumber(proxy, "total_commands_processed") === before + 1;
    });
    expect(await infoNumber(proxy, "total_commands_processed")).toBeLessThan(200);
    stopped!.thaw();
    expect(await held.readReply()).toBeNull();
    for (const reply of await held.readReplies(20_000)) expect(reply).toBe("PONG");
    held.close();
    await untilQuiet(proxy);
  }, 20_000);

  test("holds up the clients that aim at it, and no others", async () => {
    const options = { server_outbox_high: "1mb", server_outbox_low: "256kb", timeout: 0 };
    await using fleet = await startTwo({ options });
    const { proxy, servers: [stopped] } = fleet;
    {
      await stopped!.freeze();
      using held = await fleet.connect();
      const batch = pipeline(Array.from({ length: 100 }, () => ["SET", fleet.keyOn(0), "x".repeat(10 * KB)]));
      let batches = 1;
      while (batches < 200 && await held.writeOut(batch, 500)) batches++;
      // The system's buffers take some too; the rest of 200 MB would not have fitted anywhere.
      expect(batches).toBeLessThan(200);
      expect(await infoNumber(proxy, "bytes_in_flight")).toBeLessThan(3 * MB);
      using other = await fleet.connect();
      other.write(pipeline(Array.from({ length: 5000 }, (_, i) => ["SET", fleet.keyOn(1), String(i)])));
      expect(await other.readReplies(5000)).toEqual(Array(5000).fill("OK"));
      stopped!.thaw();
      expect(await held.readReplies(batches * 100)).toEqual(Array(batches * 100).fill("OK"));
    }
    await untilQuiet(proxy);
  }, 30_000);

  test("makes replies of other servers wait, which count, and come in order when it goes on", async () => {
    await using fleet = await startTwo({ options: { timeout: 0 } });
    const { proxy, servers: [stopped] } = fleet;
    {
      using client = await fleet.connect();
      const [slow, fast] = [fleet.keyOn(0), fleet.keyOn(1)];
      client.write(pipeline([["SET", slow, "slow"], ["SET", fast, "f".repeat(40 * KB)]]));
      expect(await client.readReplies(2)).toEqual(["OK", "OK"]);
      await stopped!.freeze();
      const asked = 2000;
      client.write(pipeline([["GET", slow], ...Array.from({ length: asked }, () => ["GET", fast])]));
      await eventually("early replies count", async () => await infoNumber(proxy, "bytes_in_flight") > MB);
      // Its window holds back the rest of the 80 MB it asks for.
      expect(await infoNumber(proxy, "bytes_in_flight")).toBeLessThan(20 * MB);
      stopped!.thaw();
      expect(await client.readReply()).toBe("slow");
      for (let i = 0; i < asked; i++) expect((await client.readRawReply()).length).toBe(40 * KB + 10);
    }
    await untilQuiet(proxy);
  }, 30_000);

  test("has a client closed whose early replies pass client_outbox_hard", async () => {
    const options = { timeout: 0, max_bulk: "1mb", client_outbox_hard: "2mb" };
    await using fleet = await startTwo({ options });
    {
      using client = await fleet.connect();
      const [slow, fast] = [fleet.keyOn(0), fleet.keyOn(1)];
      expect(await client.command("SET", fast, "f".repeat(100 * KB))).toBe("OK");
      await fleet.servers[0]!.freeze();
      client.write(pipeline([["GET", slow], ...Array.from({ length: 100 }, () => ["GET", fast])]));
      expect((await client.readUntilClose()).length).toBe(0);
      expect(fleet.logged("client.closed").join()).toContain("client_outbox_hard");
      fleet.servers[0]!.thaw();
    }
    await untilQuiet(fleet.proxy);
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("uploads of more than the worker may hold", () => {
  const options = { max_bulk: "64mb", client_body_timeout: 1000 };

  /** Clients that have announced 64 MB each and sent a little of it. */
  async function stalledUploads(fleet: Fleet<RedisServer>, count: number): Promise<RawClient[]> {
    const clients = await Promise.all(Array.from({ length: count }, () => fleet.connect()));
    for (const client of clients) client.write(halfSet(fleet.keyOn(0), 64 * MB, 100 * KB));
    return clients;
  }

  test("wait for each other, but hold up nobody else", async () => {
    await using fleet = await startTwo({
      options: { ...options, client_body_timeout: 60_000 },
      totalBytes: "256mb",
    });
    const { proxy } = fleet;
    const before = proxy.rss();
    const stalled = await stalledUploads(fleet, 100);
    await eventually("they have reserved", async () => await infoNumber(proxy, "bytes_in_flight") > 128 * MB);
    {
      using modest = await fleet.connect();
      for (let i = 0; i < 100; i++) expect(await modest.command("SET", fleet.keyOn(0), String(i))).toBe("OK");
      expect(await infoNumber(proxy, "bytes_in_flight")).toBeLessThan(256 * MB);
      expect(proxy.rss() - before).toBeLessThan(200 * MB);
      expect(fleet.logged("client.closed")).toEqual([]);
    }
    for (const client of stalled) client.reset();
    await untilQuiet(proxy);
  }, 30_000);

  test("get their turn when client_body_timeout takes it from those that make no progress", async () => {
    await using fleet = await startTwo({ options, totalBytes: "256mb" });
    const stalled = await stalledUploads(fleet, 5);
    await eventually("they have reserved", async () => {
      return await infoNumber(fleet.proxy, "bytes_in_flight") > 128 * MB;
    });
    {
      using good = await fleet.connect();
      good.deadlineMs = 15_000;
      const [start, end] = [halfSet(fleet.keyOn(1), 64 * MB, 64 * MB), "\r\n"];
      good.write(start);
      good.write(end);
      expect(await good.readReply()).toBe("OK");
      for (const line of fleet.logged("client.closed")) expect(line).toContain("client_body_timeout");
    }
    for (const client of stalled) await client.readUntilClose();
    expect(fleet.logged("client.closed").length).toBe(stalled.length);
    await untilQuiet(fleet.proxy);
  }, 30_000);

  test("of several arguments each come to their end, one after the other", async () => {
    await using fleet = await startTwo({
      options: { ...options, client_body_timeout: 5000 },
      totalBytes: "96mb",
    });
    {
      const value = Buffer.alloc(20 * MB, "x");
      const clients = await Promise.all(Array.from({ length: 4 }, () => fleet.connect()));
      for (const client of clients) {
        client.deadlineMs = 20_000;
        client.send("MSET", ...[0, 1, 0].flatMap((server, i) => [fleet.keyOn(server, `k${i}`), value]));
      }
      for (const client of clients) {
        expect(await client.readReply()).toBe("OK");
        client.close();
      }
      expect(fleet.logged("client.closed")).toEqual([]);
    }
    await untilQuiet(fleet.proxy);
  }, 30_000);
});
