/** Fields of hashes that end at times of their own, which newer servers have than may be here: told by a script. */
import { describe, expect, test } from "bun:test";
import { Copier, keyState, Pace, PlainWriter, ServerConnection } from "../../src/copying/mod.ts";
import { FakeServer, type Script } from "../support/fake_server.ts";
import { array, bulk, integer, simple } from "../support/resp_encoder.ts";
import { addressOf, Ending } from "./copying.ts";

const AT = 2_000_000_000_000;
const FIELDS = ["a", "b", "c"];

/** A server of a version, whose only key is a hash of three fields; its times are at each field. */
function hashServer(version: string, times: readonly number[]): Script {
  const answers: Record<string, () => Uint8Array> = {
    INFO: () => bulk(`redis_version:${version}\r\nrun_id:x\r\n`),
    MEMORY: () => integer(100_000),
    TYPE: () => simple("hash"),
    HLEN: () => integer(FIELDS.length),
    HSCAN: () => array([bulk("0"), array(FIELDS.flatMap((field) => [bulk(field), bulk(`${field} value`)]))]),
    HPEXPIRETIME: () => array(times.map((time) => integer(time))),
    HPEXPIREAT: () => array([integer(1)]),
    HSET: () => integer(FIELDS.length),
    PEXPIRE: () => integer(1),
    PERSIST: () => integer(1),
    UNLINK: () => integer(1),
    EXEC: () => array([integer(-1), integer(FIELDS.length)]),
  };
  return ([name], peer) => peer.write((answers[name!.toUpperCase()] ?? (() => simple("OK")))());
}

async function copyHash(source: FakeServer, target: FakeServer, signal: AbortSignal): Promise<unknown[]> {
  const open = (fake: FakeServer) =>
    ServerConnection.open(addressOf(fake), { resp: 2, name: "test", signal });
  const copier = new Copier({
    source: await open(source),
    target: new PlainWriter(await open(target)),
    dumpMax: 1000,
    chunkBytes: 100_000,
    tries: 1,
    pace: new Pace({ bytesPerSecond: null, latencyMs: null }),
    probe: null,
    signal,
  });
  return await copier.copy(0, [Buffer.from("h")]);
}

describe("fields that end", () => {
  test("are copied with their times where the server has such", async () => {
    using ending = new Ending();
    await using source = await FakeServer.start(hashServer("7.4.0", [-1, AT, AT + 5]));
    await using target = await FakeServer.start(hashServer("8.0.0", [-1, AT, AT + 5]));
    expect(await copyHash(source, target, ending.signal)).toEqual([]);
    const [[, name]] = target.requestsOf("HSET") as [[string, string]];
    expect(target.requestsOf("HPEXPIREAT")).toEqual([
      ["HPEXPIREAT", name, String(AT), "FIELDS", "1", "b"],
      ["HPEXPIREAT", name, String(AT + 5), "FIELDS", "1", "c"],
    ]);
    expect(source.requestsOf("HPEXPIRETIME")[0]).toEqual(["HPEXPIRETIME", "h", "FIELDS", "3", ...FIELDS]);
    expect(target.requestsOf("RENAME")).toEqual([["RENAME", name, "h"]]);
  });

  test("make a copy that has other times no copy", async () => {
    using ending = new Ending();
    await using source = await FakeServer.start(hashServer("7.4.0", [-1, AT, -1]));
    await using target = await FakeServer.start(hashServer("7.4.0", [-1, -1, -1]));
    expect(await copyHash(source, target, ending.signal)).toMatchObject([{ isHot: true }]);
    expect(target.requestsOf("RENAME")).toEqual([]);
    expect(target.requestsOf("UNLINK").length).toBe(1);
  });

  test("are part of what a key is, and not asked for where there are none", async () => {
    using ending = new Ending();
    const states = await Promise.all([[-1, AT, -1], [-1, AT, -1], [-1, -1, -1]].map(async (times) => {
      await using fake = await FakeServer.start(hashServer("7.4.0", times));
      const { signal } = ending;
      const connection = await ServerConnection.open(addressOf(fake), { resp: 2, name: "test", signal });
      return (await keyState(connection, Buffer.from("h")))!.digest;
    }));
    expect(states[0]).toBe(states[1]!);
    expect(states[2]).not.toBe(states[0]!);
    await using old = await FakeServer.start(hashServer("7.2.0", []));
    await using target = await FakeServer.start(hashServer("7.2.0", []));
    expect(await copyHash(old, target, ending.signal)).toEqual([]);
    expect([...old.requestsOf("HPEXPIRETIME"), ...target.requestsOf("HPEXPIREAT")]).toEqual([]);
  });
});
