/** Comparing two real servers key by key. */
import { describe, expect, test } from "bun:test";
import { type Difference, Pace, type VerifyOptions, verifyServers } from "../../src/copying/mod.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { connectTo, Ending } from "./copying.ts";

async function verify(
  source: RedisServer,
  target: RedisServer,
  options: Partial<VerifyOptions> = {},
): Promise<{ compared: number; found: string[] }> {
  using ending = new Ending();
  const { signal } = ending;
  const found: Difference[] = [];
  const compared = await verifyServers({
    source: await connectTo(source, signal),
    target: await connectTo(target, signal),
    wants: () => true,
    sample: 1,
    pace: new Pace({ bytesPerSecond: null, latencyMs: null }),
    signal,
    ...options,
  }, (difference) => found.push(difference));
  const texts = found.map(({ database, key, source, target }) =>
    `${database} ${key} ${source?.type ?? "none"} ${target?.type ?? "none"}`
  );
  return { compared, found: texts.toSorted() };
}

describe.skipIf(reasonToSkip("redis-server") !== null)("verifyServers", () => {
  test("finds what is different, missing or too much, in any database, and nothing else", async () => {
    using ending = new Ending();
    const [source, target] = await RedisServer.startMany(2);
    await using _source = source!;
    await using _target = target!;
    const clients = await Promise.all([source!, target!].map((server) => connectTo(server, ending.signal)));
    const at = Date.now() + 3_600_000;
    for (const client of clients) {
      await client.pipeline([
        ["SET", "sennit:fence", crypto.randomUUID()],
        ["SET", "same", "1", "PXAT", at],
        ["SADD", "set", "b", "a"],
        ["SET", "type", "1"],
        ["SET", "time", "1", "PXAT", at],
        ["SET", "value", "1"],
        ["SELECT", 5],
        ["SET", "same", "1"],
      ]);
    }
    await clients[0]!.pipeline([["SET", "missing", "1"], ["SELECT", 0], ["SET", "value", "2"]]);
    await clients[1]!.pipeline([
      ["SET", "surplus", "1"],
      ["SELECT", 0],
      ["DEL", "type"],
      ["LPUSH", "type", "1"],
      ["PEXPIREAT", "time", at + 1],
    ]);
    const whole = await verify(source!, target!);
    expect(whole.found).toEqual([
      "0 time string string",
      "0 type string list",
      "0 value string string",
      "5 missing string none",
      "5 surplus none string",
    ]);
    expect(whole.compared).toBe(8);
    const some = await verify(source!, target!, { wants: (key) => key.toString().startsWith("t") });
    expect(some).toEqual({ compared: 2, found: ["0 time string string", "0 type string list"] });
  });

  test("compares a sample, the same keys each time", async () => {
    using ending = new Ending();
    const [source, target] = await RedisServer.startMany(2);
    await using _source = source!;
    await using _target = target!;
    const client = await connectTo(source!, ending.signal);
    await client.pipeline(Array.from({ length: 400 }, (_, i) => ["SET", `k${i}`, "1"]));
    const client2 = await connectTo(target!, ending.signal);
    await client2.pipeline(Array.from({ length: 400 }, (_, i) => ["SET", `k${i}`, i === 7 ? "2" : "1"]));
    const sampled = await verify(source!, target!, { sample: 0.25 });
    expect(sampled.compared).toBeWithin(50, 150);
    expect(await verify(source!, target!, { sample: 0.25 })).toEqual(sampled);
    expect((await verify(source!, target!)).found).toEqual(["0 k7 string string"]);
  });

  test("takes a key that is in motion for no difference once it has come", async () => {
    const [source, target] = await RedisServer.startMany(2);
    await using _source = source!;
    await using _target = target!;
    await source!.command("SET", "late", "1");
    let asked = 0;
    const arriving = verify(source!, target!, {
      wants: () => {
        // It is on its way when it is looked at.
        if (asked++ === 0) void target!.command("SET", "late", "1");
        return true;
      },
    });
    expect((await arriving).found).toEqual([]);
  });
});
