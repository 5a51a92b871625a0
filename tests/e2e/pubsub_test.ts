/** Publish and subscribe over one server and over three: who hears what, in which order, and what is answered. */
import { describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import type { RespValue } from "../support/resp.ts";
import { command } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";

const CHANNELS = Array.from({ length: 60 }, (_, i) => `news:${i}`);

/** What a client may say around subscriptions, in one go; what it is told must be the same, byte for byte. */
const SESSION = [
  ...["UNSUBSCRIBE", "SUNSUBSCRIBE", "PUNSUBSCRIBE x", "UNSUBSCRIBE a b", "PING", "SUBSCRIBE a a"],
  ...[
    "SSUBSCRIBE q",
    "SUNSUBSCRIBE",
    "PING",
    "PING hello",
    "PING x y",
    "GET",
    "NOSUCH",
    "GET x",
    "CLIENT ID",
  ],
  ...[
    "HELLO 2",
    "MULTI",
    "INFO",
    "PUBLISH a x",
    "PUBSUB CHANNELS",
    "UNSUBSCRIBE",
    "PING",
    "GET x",
    "SUBSCRIBE z",
  ],
  ...["RESET", "GET x", "PING", "SUBSCRIBE a b", "PSUBSCRIBE a* b?", "SSUBSCRIBE b", "UNSUBSCRIBE b c"],
  ...["PUNSUBSCRIBE nosuch", "SUNSUBSCRIBE b", "PUNSUBSCRIBE b?", "UNSUBSCRIBE a", "PUNSUBSCRIBE", "GET x"],
  ...["SUBSCRIBE", "PSUBSCRIBE", "PUBLISH a", "PUBLISH", "SPUBLISH x", "PUBSUB", "PUBSUB NUMPAT x"],
  ...["PUBSUB NOSUCH", "PUBSUB NUMSUB", "PUBSUB CHANNELS a b", "PUBLISH nobody x", "SPUBLISH nobody x"],
  ...["PUBSUB NUMSUB nobody no", "SUBSCRIBE last", "QUIT"],
];

async function transcript(client: RawClient, cut: number): Promise<string> {
  const bytes = Buffer.concat(SESSION.map((line) => command(...line.split(" "))));
  for (let at = 0; at < bytes.length; at += cut) client.write(bytes.subarray(at, at + cut));
  return (await client.readUntilClose()).toString("latin1");
}

/** The messages that come on a connection until `last` does. */
async function heard(client: RawClient, last: string): Promise<string[][]> {
  const messages: string[][] = [];
  for (;;) {
    const message = await client.readReply() as string[];
    if (message.at(-1) === last) return messages;
    messages.push(message);
  }
}

/** Connections that listen, by server. */
async function listening(servers: readonly RedisServer[]): Promise<number[]> {
  return await Promise.all(servers.map(async (server) => {
    const list = String(await server.command("CLIENT", "LIST", "TYPE", "pubsub"));
    return list.split("\n").filter((line) => line.startsWith("id=")).length;
  }));
}

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("with %d servers", (shards) => {
  const start = async () => await Fleet.start(await RedisServer.startMany(shards));

  test.each([Infinity, 7])(
    "a pipeline is answered as by redis-server, in chunks of %d bytes",
    async (cut) => {
      await using fleet = await start();
      await using bare = await RedisServer.start();
      using direct = await RawClient.connect(bare.endpoint);
      using client = await fleet.connect();
      const size = Math.min(cut, 1 << 20);
      expect(await transcript(client, size)).toBe(await transcript(direct, size));
      client.close();
      await untilQuiet(fleet.proxy);
    },
  );

  test("every subscriber hears every message once, published plainly, by a script or in a transaction", async () => {
    await using fleet = await start();
    using reader = await fleet.connect();
    using all = await fleet.connect();
    expect(await reader.command("SUBSCRIBE", ...CHANNELS)).toEqual(["subscribe", CHANNELS[0]!, 1]);
    await reader.readReplies(CHANNELS.length - 1);
    expect(await all.command("PSUBSCRIBE", "news:*")).toEqual(["psubscribe", "news:*", 1]);
    using writer = await fleet.connect();
    for (const channel of CHANNELS) {
      expect(await writer.command("PUBLISH", channel, `p:${channel}`)).toBe(2);
      // On whatever server the key is.
      const script = "return redis.call('publish', ARGV[1], ARGV[2])";
      await writer.command("EVAL", script, "1", `key:${channel}`, channel, `s:${channel}`);
    }
    for (const channel of CHANNELS) {
      writer.write(
        Buffer.concat(
          [["MULTI"], ["SET", `key:${channel}`, "1"], ["PUBLISH", channel, `m:${channel}`], ["EXEC"]]
            .map((words) => command(...words)),
        ),
      );
      expect((await writer.readReplies(4))[0]).toBe("OK");
    }
    // Messages of several servers come in no order; all servers are asked for the last ones.
    const expected = CHANNELS.flatMap((
      channel,
    ) => [`${channel} p:${channel}`, `${channel} s:${channel}`, `${channel} m:${channel}`])
      .sort();
    const messages = await reader.readReplies(expected.length) as string[][];
    expect(messages.map(([, ...rest]) => rest.join(" ")).sort()).toEqual(expected);
    const matched = await all.readReplies(expected.length) as string[][];
    expect(matched.map(([, , ...rest]) => rest.join(" ")).sort()).toEqual(expected);
    await writer.command("PUBLISH", "news:0", "end");
    expect(await heard(reader, "end")).toEqual([]);
    expect(await heard(all, "end")).toEqual([]);
  });

  test("keyspace notifications of all servers are heard", async () => {
    await using fleet = await start();
    for (const server of fleet.servers) {
      await server.command("CONFIG", "SET", "notify-keyspace-events", "KEA");
    }
    using reader = await fleet.connect();
    using writer = await fleet.connect();
    await reader.command("PSUBSCRIBE", "__keyspace@0__:*");
    const keys = fleet.servers.map((_, server) => fleet.keyOn(server));
    for (const key of keys) await writer.command("SET", key, "v");
    const events = await reader.readReplies(keys.length) as string[][];
    expect(events.map((event) => event.slice(2)).sort()).toEqual(
      keys.map((key) => [`__keyspace@0__:${key}`, "set"]).sort(),
    );
  });

  test("sharded channels live on one server each", async () => {
    await using fleet = await start();
    using reader = await fleet.connect();
    using writer = await fleet.connect();
    const channels = fleet.servers.map((_, server) => fleet.keyOn(server, "shard"));
    await reader.command("SSUBSCRIBE", ...channels);
    await reader.readReplies(channels.length - 1);
    for (const [server, channel] of channels.entries()) {
      expect(await fleet.servers[server]!.command("PUBSUB", "SHARDNUMSUB", channel)).toEqual([channel, 1]);
      expect(await writer.command("SPUBLISH", channel, "hello")).toBe(1);
      expect(await reader.readReply()).toEqual(["smessage", channel, "hello"]);
      await writer.command("MULTI");
      expect(await writer.command("SPUBLISH", channel, "again")).toBe("QUEUED");
      expect(await writer.command("EXEC")).toEqual([1]);
      expect(await reader.readReply()).toEqual(["smessage", channel, "again"]);
    }
    expect((await writer.command("PUBSUB", "SHARDCHANNELS") as string[]).sort()).toEqual(
      [...channels].sort(),
    );
    expect(await writer.command("PUBSUB", "SHARDNUMSUB", ...channels)).toEqual(
      channels.flatMap((c) => [c, 1]),
    );
  });

  test("PUBLISH and PUBSUB count subscribers, not connections of the proxy", async () => {
    await using fleet = await start();
    using writer = await fleet.connect();
    const readers = await Promise.all(Array.from({ length: 5 }, () => fleet.connect()));
    for (const reader of readers) await reader.command("SUBSCRIBE", "a");
    await readers[0]!.command("PSUBSCRIBE", "a*");
    await readers[1]!.command("PSUBSCRIBE", "a*");
    await readers[1]!.command("PSUBSCRIBE", "?");
    using direct = await RawClient.connect(fleet.servers[fleet.ownerOf("a")]!.endpoint);
    await direct.command("SUBSCRIBE", "a");
    expect(await writer.command("PUBLISH", "a", "x")).toBe(9);
    expect(await writer.command("PUBLISH", "b", "x")).toBe(1);
    expect(await writer.command("PUBSUB", "NUMSUB", "a", "b")).toEqual(["a", 6, "b", 0]);
    expect(await writer.command("PUBSUB", "NUMPAT")).toBe(2);
    expect(await writer.command("PUBSUB", "CHANNELS")).toEqual(["a"]);
    expect(await writer.command("PUBSUB", "CHANNELS", "b*")).toEqual([]);
    for (const reader of readers) reader.close();
    direct.close();
    await eventually("nobody is counted", async () => await writer.command("PUBLISH", "a", "x") === 0);
  });

  test("a thousand subscribers cost each server one connection, and none when they are gone", async () => {
    await using fleet = await start();
    const readers = await Promise.all(Array.from({ length: 1000 }, () => fleet.connect()));
    await Promise.all(readers.map((reader, i) => reader.command("SUBSCRIBE", "all", `own:${i % 10}`)));
    await Promise.all(readers.map((reader) => reader.readReply()));
    expect(await listening(fleet.servers)).toEqual(fleet.servers.map(() => 1));
    using writer = await fleet.connect();
    expect(await writer.command("PUBLISH", "all", "x")).toBe(1000);
    expect(await writer.command("PUBLISH", "own:3", "y")).toBe(100);
    const messages = await Promise.all(readers.map((reader) => reader.readReply()));
    expect(messages.filter((message) => (message as RespValue[])[2] === "x").length).toBe(1000);
    for (const reader of readers) reader.close();
    await eventually(
      "nobody listens",
      async () => (await listening(fleet.servers)).every((count) => count === 0),
    );
    writer.close();
    await untilQuiet(fleet.proxy);
  }, 20_000);

  test("a client that closes or resets is no subscriber any more", async () => {
    await using fleet = await start();
    using one = await fleet.connect();
    using two = await fleet.connect();
    using writer = await fleet.connect();
    await one.command("SUBSCRIBE", "a");
    await two.command("SUBSCRIBE", "a");
    one.halfClose();
    expect((await one.readUntilClose()).length).toBe(0);
    expect(await writer.command("PUBLISH", "a", "x")).toBe(1);
    expect(await two.readReply()).toEqual(["message", "a", "x"]);
    expect(await two.command("RESET")).toBe("RESET");
    expect(await writer.command("PUBLISH", "a", "x")).toBe(0);
    expect(await two.command("PING")).toBe("PONG");
  });

  test("CLIENT LIST and KILL tell subscribers from others", async () => {
    const options = { admin_commands: true };
    await using fleet = await Fleet.start(await RedisServer.startMany(shards), { options });
    using reader = await fleet.connect();
    using writer = await fleet.connect();
    for (const words of [["SUBSCRIBE", "a"], ["PSUBSCRIBE", "b"], ["PSUBSCRIBE", "c"], ["SSUBSCRIBE", "d"]]) {
      await reader.command(...words);
    }
    expect(String(await writer.command("CLIENT", "LIST", "TYPE", "pubsub")).match(/flags=.*ssub=\d+/g))
      .toEqual([
        "flags=P db=0 sub=1 psub=2 ssub=1",
      ]);
    expect(String(await writer.command("CLIENT", "LIST", "TYPE", "normal")).match(/flags=./g)).toEqual([
      "flags=N",
    ]);
    expect(await writer.command("CLIENT", "KILL", "TYPE", "pubsub")).toBe(1);
    await eventually("it is gone", () => reader.ended);
    expect(await writer.command("PUBLISH", "a", "x")).toBe(0);
  });

  test("ioredis and node-redis publish and subscribe", async () => {
    await using fleet = await start();
    const [reader, writer] = [new Redis(fleet.proxy.port), new Redis(fleet.proxy.port)];
    const nodeReader = createClient({ url: `redis://127.0.0.1:${fleet.proxy.port}`, RESP: 2 });
    const seen: string[] = [];
    reader.on("message", (channel, message) => seen.push(`io ${channel} ${message}`));
    reader.on("pmessage", (_, channel, message) => seen.push(`io* ${channel} ${message}`));
    await nodeReader.connect();
    await reader.subscribe("a", "b");
    await reader.psubscribe("a*");
    await nodeReader.subscribe("a", (message, channel) => seen.push(`node ${channel} ${message}`));
    await nodeReader.pSubscribe("b*", (message, channel) => seen.push(`node* ${channel} ${message}`));
    await nodeReader.sSubscribe("s", (message, channel) => seen.push(`node^ ${channel} ${message}`));
    for (const channel of ["a", "b"]) {
      expect(await writer.publish(channel, "1")).toBe(3 - (channel === "b" ? 1 : 0));
    }
    expect(await writer.spublish("s", "1")).toBe(1);
    await eventually("all have come", () => seen.length === 6);
    expect(seen.sort()).toEqual(["io a 1", "io b 1", "io* a 1", "node a 1", "node* b 1", "node^ s 1"]);
    await reader.unsubscribe("a");
    await nodeReader.unsubscribe("a");
    expect(await writer.publish("a", "2")).toBe(1);
    await eventually("the pattern has it", () => seen.length === 7);
    await Promise.all([reader.quit(), writer.quit(), nodeReader.close()]);
    await untilQuiet(fleet.proxy);
  });
});
