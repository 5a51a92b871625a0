/** Copying keys between real servers: every type and encoding, times, large values in pieces, fences, faults. */
import { describe, expect, test } from "bun:test";
import {
  Copier,
  type CopierOptions,
  featuresOf,
  FENCE_KEY,
  Fenced,
  FencedWriter,
  Pace,
  PlainWriter,
  raiseFence,
  Refusal,
  type ServerConnection,
} from "../../src/copying/mod.ts";
import { reasonToSkip } from "../support/programs.ts";
import { type RedisOptions, RedisServer } from "../support/redis_server.ts";
import { connectTo, Ending, expectSame } from "./copying.ts";

/** Two servers and a copier between them. */
class Rig implements AsyncDisposable {
  readonly ending = new Ending();

  private constructor(
    readonly source: RedisServer,
    readonly target: RedisServer,
    readonly from: ServerConnection,
    readonly to: ServerConnection,
  ) {}

  static async start(source: RedisOptions = {}, target: RedisOptions = {}): Promise<Rig> {
    const servers = await Promise.all([RedisServer.start(source), RedisServer.start(target)]);
    const ending = new Ending();
    const connections = await Promise.all(servers.map((server) => connectTo(server, ending.signal)));
    return new Rig(servers[0], servers[1], connections[0]!, connections[1]!);
  }

  copier(options: Partial<CopierOptions> = {}): Copier {
    return new Copier({
      source: this.from,
      target: new PlainWriter(this.to),
      dumpMax: 8 * 1024 * 1024,
      chunkBytes: 1024 * 1024,
      tries: 3,
      pace: new Pace({ bytesPerSecond: null, latencyMs: null }),
      probe: null,
      signal: this.ending.signal,
      ...options,
    });
  }

  expectSame(): Promise<number> {
    return expectSame(this.source, this.target, this.ending.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending[Symbol.dispose]();
    await Promise.all([this.source.kill(), this.target.kill()]);
  }
}

const keys = (...names: string[]) => names.map((name) => Buffer.from(name));
const HOUR = 3_600_000;

/** Values of each type, short ones and long ones. */
async function fill(client: ServerConnection, size: number): Promise<string[]> {
  const items = Array.from({ length: size }, (_, i) => `item ${i}`);
  const pairs = items.flatMap((item, i) => [item, String(i)]);
  await client.pipeline([
    ["SET", "text", Buffer.from(items.join("\u0000"))],
    ["SET", "number", 12345678901],
    ["SET", "empty", ""],
    ["RPUSH", "list", ...items],
    ["SADD", "set", ...items],
    ["SADD", "numbers", ...items.map((_, i) => i * 7 - 100)],
    ["HSET", "hash", ...pairs],
    ["ZADD", "zset", ...items.flatMap((item, i) => [String(i / 7 - 3), item])],
    ["ZADD", "extremes", "inf", "a", "-inf", "b", "-0", "c", "1e-300", "d", "0.1", "e"],
    ["SETBIT", "bits", 100_003, 1],
    ["PFADD", "hll", ...items],
    ["GEOADD", "geo", "13.36", "38.11", "Palermo"],
    ...items.map((item, i) => ["XADD", "stream", `${i + 1}-1`, "f", item]),
    ["XGROUP", "CREATE", "stream", "g", "0"],
    ["XREADGROUP", "GROUP", "g", "alice", "COUNT", 3, "STREAMS", "stream", ">"],
    ["XGROUP", "CREATECONSUMER", "stream", "g", "idle"],
    ["XDEL", "stream", "2-1"],
    ["SET", Buffer.from([0, 255, 13, 10, 32]), Buffer.from([0, 255, 13, 10])],
  ]);
  return [
    ..."text number empty list set numbers hash zset extremes bits hll geo stream".split(" "),
    "\u0000\u00ff\r\n ",
  ];
}

describe.skipIf(reasonToSkip("redis-server") !== null)("Copier", () => {
  test.each([3, 700])(
    "copies every type with %d elements, to a server that keeps them in another way",
    async (size) => {
      // deno-fmt-ignore
      await using rig = await Rig.start({}, { args: [
      "--hash-max-listpack-entries", "1", "--zset-max-listpack-entries", "1", "--set-max-intset-entries", "1",
      "--list-max-listpack-size", "2", "--stream-node-max-entries", "5",
    ] });
      const names = await fill(rig.from, size);
      const copier = rig.copier();
      expect(await copier.copy(0, names.map((name) => Buffer.from(name, "latin1")))).toEqual([]);
      expect(await rig.expectSame()).toBe(names.length);
      expect(copier.tally).toMatchObject({ copied: names.length, removed: 0, large: 0 });
      await rig.to.select(0);
      expect(await rig.to.call("XPENDING", "stream", "g")).toEqual(
        await rig.from.call("XPENDING", "stream", "g"),
      );
    },
  );

  test("copies large values in pieces, whatever their type, and streams not", async () => {
    await using rig = await Rig.start();
    const names = await fill(rig.from, 3000);
    await rig.from.pipeline(
      names.map((name, i) => ["PEXPIREAT", Buffer.from(name, "latin1"), Date.now() + HOUR + i]),
    );
    await rig.to.call("SET", "hash", "something else");
    const copier = rig.copier({ dumpMax: 2000, chunkBytes: 4096 });
    const uncopied = await copier.copy(0, names.map((name) => Buffer.from(name, "latin1")));
    expect(uncopied.map(({ key, isHot, what }) => [String(key), isHot, what.split(" ")[0]])).toEqual([
      ["stream", false, "stream"],
    ]);
    expect(copier.tally.large).toBeGreaterThan(6);
    await rig.from.call("DEL", "stream");
    expect(await rig.expectSame()).toBe(names.length - 1);
  });

  test("copies databases apart, and the time at which keys end to the millisecond", async () => {
    await using rig = await Rig.start();
    const at = Date.now() + HOUR + 123;
    for (const database of [0, 1, 15]) {
      await rig.from.select(database);
      await rig.from.call("SET", "a", database, "PXAT", at + database);
      await rig.from.call("SET", "b", database);
    }
    const copier = rig.copier();
    for (const database of [0, 1, 15]) await copier.copy(database, keys("a", "b"));
    expect(await rig.expectSame()).toBe(6);
    await rig.to.select(15);
    expect(await rig.to.call("PEXPIRETIME", "a")).toBe(at + 15);
  });

  test("asks servers older than 7.0 for the rest and the time of day", async () => {
    await using rig = await Rig.start();
    rig.from.identity = { ...rig.from.identity, features: featuresOf("redis", "6.2.14") };
    const at = Date.now() + HOUR;
    await rig.from.pipeline([["SET", "a", "1", "PXAT", at], ["SET", "b", "1"]]);
    await rig.copier().copy(0, keys("a", "b", "none"));
    const copied = Number(await rig.to.call("PEXPIRETIME", "a"));
    expect(Math.abs(copied - at)).toBeLessThanOrEqual(2);
    expect(await rig.to.call("PEXPIRETIME", "b")).toBe(-1);
    const sent = String(await rig.from.call("INFO", "commandstats"));
    expect(sent).toContain("cmdstat_time:");
    expect(sent).not.toContain("cmdstat_pexpiretime:");
  });

  test("removes what is no more, and what has ended on its way", async () => {
    await using rig = await Rig.start();
    await rig.to.pipeline([["SET", "gone", "1"], ["HSET", "ended", "f", "1"], ["SET", "other", "1"]]);
    // The source keeps what has ended while it is told to expire nothing.
    await rig.from.call("DEBUG", "SET-ACTIVE-EXPIRE", 0).catch(() => {});
    const copier = rig.copier();
    await copier.copy(0, keys("gone"));
    const past = Date.now() - 1000;
    const dump = await rig.from.call("SET", "ended", "x").then(() =>
      rig.from.call("DUMP", "ended")
    ) as Buffer;
    await new PlainWriter(rig.to).write(0, [["RESTORE", "ended", past, dump, "REPLACE", "ABSTTL"]]);
    expect(await rig.to.call("EXISTS", "gone", "ended")).toBe(0);
    expect(await rig.to.call("EXISTS", "other")).toBe(1);
    expect(copier.tally).toMatchObject({ copied: 0, removed: 1 });
  });

  test("leaves a large value that changes all the time for later, without a trace", async () => {
    await using rig = await Rig.start();
    const items = Array.from({ length: 3000 }, (_, i) => `item ${i}`);
    await rig.from.call("RPUSH", "list", ...items);
    const writer = await connectTo(rig.source, rig.ending.signal);
    const probe = await connectTo(rig.source, rig.ending.signal);
    // A change for each piece that is copied.
    const changing = Object.assign(Object.create(probe), {
      call: () => writer.call("LSET", "list", 0, crypto.randomUUID()),
    });
    const copier = rig.copier({ dumpMax: 1000, chunkBytes: 4096, probe: changing });
    const uncopied = await copier.copy(0, keys("list"));
    expect(uncopied.map(({ isHot }) => isHot)).toEqual([true]);
    expect(await rig.to.call("DBSIZE")).toBe(0);
    expect(await rig.copier({ dumpMax: 1000, chunkBytes: 4096 }).copy(0, keys("list"))).toEqual([]);
    await rig.expectSame();
  });

  test("unfinished copies of large values end by themselves", async () => {
    await using rig = await Rig.start();
    await rig.from.call("SADD", "set", ...Array.from({ length: 2000 }, (_, i) => `item ${i}`));
    const giveUp = new AbortController();
    const reason = new Error("enough");
    const signal = giveUp.signal;
    const probe = Object.assign(Object.create(rig.from), {
      call: () => (rig.target.command("DBSIZE").then((size) => size === 1 && giveUp.abort(reason))),
    });
    // The connection that would clean up is gone too.
    const closing = await connectTo(rig.target, signal);
    const target = new PlainWriter(closing);
    const copier = rig.copier({ dumpMax: 1000, chunkBytes: 2048, probe, target, signal });
    expect(await copier.copy(0, keys("set")).catch((error) => error)).toBe(reason);
    const [name] = await rig.target.command("KEYS", "*") as string[];
    expect(name).toStartWith("sennit:unfinished:");
    expect(Number(await rig.target.command("PTTL", name!))).toBeWithin(1, 60_001);
  });

  test("says that a target has no memory left, and which server it is that is gone", async () => {
    await using rig = await Rig.start({}, {
      args: ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"],
    });
    await rig.from.pipeline(Array.from({ length: 40 }, (_, i) => ["SET", `k${i}`, Buffer.alloc(100_000)]));
    const error = await rig.copier().copy(0, keys(...Array.from({ length: 40 }, (_, i) => `k${i}`))).catch((
      e,
    ) => e);
    expect(error).toBeInstanceOf(Refusal);
    expect(error.code).toBe("OOM");
    await rig.source.kill();
    const gone = await rig.copier().copy(0, keys("k1")).catch((reason) => reason);
    expect(gone.message).toContain(rig.source.address);
  });

  test("goes no faster than it is told", async () => {
    await using rig = await Rig.start();
    await rig.from.pipeline(Array.from({ length: 8 }, (_, i) => ["SET", `k${i}`, Buffer.alloc(50_000, i)]));
    const pace = new Pace({ bytesPerSecond: 1_000_000, latencyMs: null });
    const start = performance.now();
    await rig.copier({ pace, chunkBytes: 60_000 }).copy(
      0,
      keys(...Array.from({ length: 8 }, (_, i) => `k${i}`)),
    );
    // 400 kB at 1 MB/s; slower it may be on a busy machine, faster it must not.
    expect(performance.now() - start).toBeGreaterThan(390);
    await rig.expectSame();
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("FencedWriter", () => {
  const FENCE = { generation: 2, epoch: 5 };
  const LARGE = ["hash", "list", "set", "zset", "text"];

  test("writes in the name of the controller whose fence stands there, in any database, and says what is refused", async () => {
    await using rig = await Rig.start();
    await raiseFence(rig.to, FENCE);
    const writer = new FencedWriter(rig.to, FENCE);
    await rig.to.select(2);
    await writer.write(0, [["SET", "a", Buffer.from([0, 255])], ["SET", "b", "1"]]);
    await writer.write(7, [["RPUSH", "list", "x", "y"]]);
    await writer.write(7, []);
    const error = await writer.write(0, [["SET", "c", "1"], ["INCR", "a"], ["SET", "d", "1"]]).catch((e) =>
      e
    );
    expect(error).toBeInstanceOf(Refusal);
    expect(error.message).toContain("not an integer");
    expect(await rig.target.command("EXISTS", "a", "b", "c", "d")).toBe(3);
    await rig.to.select(7);
    expect(await rig.to.call("LLEN", "list")).toBe(2);
  });

  test("copies every type, also in pieces", async () => {
    await using rig = await Rig.start();
    await raiseFence(rig.to, FENCE);
    const names = await fill(rig.from, 500);
    const target = new FencedWriter(rig.to, FENCE);
    await rig.copier({ target }).copy(0, names.map((name) => Buffer.from(name, "latin1")));
    expect(await rig.expectSame()).toBe(names.length);
    await rig.target.command("DEL", ...names.filter((name) => !name.includes("\u0000")));
    await rig.copier({ target, dumpMax: 2000, chunkBytes: 4096 }).copy(
      0,
      keys(...LARGE),
    );
    await rig.from.call("DEL", ...names.filter((name) => !name.includes("\u0000") && !LARGE.includes(name)));
    expect(await rig.expectSame()).toBe(6);
  });

  test("writes nothing under a fence that is not its own, or is gone", async () => {
    await using rig = await Rig.start();
    const stale = new FencedWriter(rig.to, FENCE);
    expect(await stale.write(0, [["SET", "a", "1"]]).catch((error) => error)).toBeInstanceOf(Fenced);
    await raiseFence(rig.to, FENCE);
    await stale.write(0, [["SET", "a", "1"]]);
    for (
      const fence of [{ generation: 2, epoch: 6 }, { generation: 2, epoch: 10 }, { generation: 3, epoch: 1 }]
    ) {
      await raiseFence(rig.to, fence);
      await raiseFence(rig.to, fence);
      const error = await stale.write(0, [["SET", "a", "late"]]).catch((reason) => reason);
      expect(error).toBeInstanceOf(Fenced);
      expect(await raiseFence(rig.to, FENCE).catch((reason) => reason)).toBeInstanceOf(Fenced);
      await new FencedWriter(rig.to, fence).write(0, [["SET", "a", "1"]]);
    }
    expect(await rig.target.command("GET", "a")).toBe("1");
    expect(await rig.target.command("GET", FENCE_KEY)).toBe("3.1");
    await rig.target.command("SCRIPT", "FLUSH");
    await rig.target.command("FLUSHALL");
    expect(await stale.write(0, [["SET", "a", "late"]]).catch((error) => error)).toBeInstanceOf(Fenced);
    expect(await rig.target.command("DBSIZE")).toBe(0);
  });
});
