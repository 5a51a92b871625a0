/** Pub/sub over a cluster: everything is heard once, from wherever it is published, and wherever slots go. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import type { RespValue } from "../support/resp.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Clustered, keyIn, slotOfKey } from "./clustered.ts";

const STARTING_MS = 40_000;

/** The messages a subscriber hears, which have to be so many; what comes from different nodes comes in any order. */
async function heard(client: RawClient, setup: Clustered, count: number): Promise<RespValue[][]> {
  const messages = await client.readReplies(count) as RespValue[][];
  using publisher = await setup.connect();
  await publisher.command("PUBLISH", "end", "");
  expect(await client.readReply()).toContain("end");
  return messages;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("pub/sub over a cluster", () => {
  let setup: Clustered;
  beforeAll(async () => {
    setup = await Clustered.start({ primaries: 3, workers: 2 });
    for (const node of setup.cluster.nodes) {
      await node.command("CONFIG", "SET", "notify-keyspace-events", "KA");
    }
  }, STARTING_MS);
  afterAll(() => setup[Symbol.asyncDispose]());

  test("hears each message once, whichever node it is published on", async () => {
    using client = await setup.connect();
    for (const [i, channel] of ["end", "news", "sport"].entries()) {
      expect(await client.command("SUBSCRIBE", channel)).toEqual(["subscribe", channel, i + 1]);
    }
    await client.command("PSUBSCRIBE", "n*");
    for (const node of setup.cluster.nodes) await node.command("PUBLISH", "news", node.address);
    using publisher = await setup.connect();
    expect(await publisher.command("PUBLISH", "sport", "goal")).toBe(1);
    const messages = await heard(client, setup, 2 * setup.cluster.nodes.length + 1);
    const expected = setup.cluster.nodes.flatMap(({ address }) => [
      ["message", "news", address],
      ["pmessage", "n*", "news", address],
    ]);
    expect(messages.map(String).sort()).toEqual(
      [...expected, ["message", "sport", "goal"]].map(String).sort(),
    );
  });

  test("hears the notifications of all primaries once, beside what is published", async () => {
    using client = await setup.connect();
    await client.command("SUBSCRIBE", "end");
    await client.command("PSUBSCRIBE", "*");
    using writer = await setup.connect();
    for (const slot of [1, 8000, 16_000]) await writer.command("SET", keyIn(slot), "1");
    await writer.command("PUBLISH", "alone", "x");
    const expected = [...[1, 8000, 16_000].map((slot) => `__keyspace@0__:${keyIn(slot)}`), "alone"];
    const channels: string[] = [];
    // What the nodes still tell each other of before is not of interest.
    const next = async () => {
      const [, , channel] = await client.readReply() as string[];
      if (expected.includes(channel!)) channels.push(channel!);
    };
    while (channels.length < expected.length) await next();
    await writer.command("PUBLISH", "end", "");
    for (let [kind, channel] = ["", ""]; kind !== "message" || channel !== "end";) {
      const message = await client.readReply() as string[];
      [kind, channel] = [message[0]!, message[1]!];
      if (expected.includes(message.at(-2)!)) channels.push(message.at(-2)!);
    }
    expect(channels.sort()).toEqual(expected.sort());
  });

  test("hears a sharded channel wherever its slot goes", async () => {
    const { cluster } = setup;
    const channel = "shard";
    using client = await setup.connect();
    using publisher = await setup.connect();
    expect(await client.command("SSUBSCRIBE", channel)).toEqual(["ssubscribe", channel, 1]);
    expect(await publisher.command("SPUBLISH", channel, "before")).toBe(1);
    expect(await client.readReply()).toEqual(["smessage", channel, "before"]);
    const slot = slotOfKey(channel);
    const to = cluster.nodes.find((node) => node !== cluster.ownerOf(slot))!;
    await cluster.moveSlot(slot, to);
    await eventually(
      "it is heard again",
      async () => await publisher.command("SPUBLISH", channel, "after") === 1,
    );
    expect(await client.readReply()).toEqual(["smessage", channel, "after"]);
    using late = await setup.connect();
    expect(await late.command("SSUBSCRIBE", channel)).toEqual(["ssubscribe", channel, 1]);
  });
});
