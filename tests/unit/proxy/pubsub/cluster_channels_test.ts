import { describe, expect, test } from "bun:test";
import { CHANNEL, PATTERN, SHARD_CHANNEL } from "../../../../src/proxy/pubsub/kind.ts";
import { ClusterChannels } from "../../../../src/proxy/pubsub/cluster_channels.ts";
import { ClusterRouter } from "../../../../src/routing/cluster/cluster_router.ts";

const ROUTER = new ClusterRouter([0, 8191, 0, 8192, 16_000, 1], 0);
const PLAN = new ClusterChannels(ROUTER, ["a:1", "b:1", "c:1"]);
const bytes = (text: string) => Buffer.from(text);

describe("ClusterChannels", () => {
  test("listens to a channel on one primary, the one it is published on", () => {
    const homes = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const name = bytes(`channel:${i}`);
      const heard = PLAN.heardOn(CHANNEL, name);
      expect(heard).toEqual([PLAN.publishedOn(CHANNEL, name, 0, name.length)]);
      expect(PLAN.speakerOf(CHANNEL, name, name)).toBe(heard[0]!);
      homes.add(heard[0]!);
    }
    expect(homes.size).toBe(3);
  });

  test("leaves channels where they are when another primary goes, and when slots move", () => {
    const others = new ClusterChannels(new ClusterRouter([0, 16_383, 1], 0), ["a:1", "b:1"]);
    for (let i = 0; i < 200; i++) {
      const [home] = PLAN.heardOn(CHANNEL, bytes(`channel:${i}`));
      if (home !== 2) expect(others.heardOn(CHANNEL, bytes(`channel:${i}`))).toEqual([home!]);
    }
  });

  test.each(["__keyspace@0__:k", "__keyevent@0__:set"])(
    "listens to %s on all primaries, and believes each",
    (text) => {
      expect(PLAN.heardOn(CHANNEL, bytes(text))).toEqual([0, 1, 2]);
      expect(PLAN.speakerOf(CHANNEL, bytes(text), bytes(text))).toBeNull();
    },
  );

  test.each(["*", "_*", "__key*", "__keyspace@0__:*", "__key[es]*", "?_keyspace*", "__key\\space*"])(
    "listens to the pattern %s on all primaries, and to one of them for the rest",
    (text) => {
      expect(PLAN.heardOn(PATTERN, bytes(text))).toEqual([0, 1, 2]);
      expect(PLAN.speakerOf(PATTERN, bytes(text), bytes("__keyspace@0__:k"))).toBeNull();
      expect(PLAN.speakerOf(PATTERN, bytes(text), bytes("news"))).toBeGreaterThanOrEqual(0);
    },
  );

  test.each(["news.*", "__kex*", "k*", "__keyspacf@*"])("listens to the pattern %s on one", (text) => {
    expect(PLAN.heardOn(PATTERN, bytes(text)).length).toBe(1);
  });

  test("has sharded channels where their slot is, and nowhere without an owner", () => {
    const owned = bytes("{foo}");
    expect(PLAN.heardOn(SHARD_CHANNEL, owned)).toEqual([1]);
    expect(PLAN.publishedOn(SHARD_CHANNEL, owned, 0, owned.length)).toBe(1);
    const unowned = new ClusterChannels(new ClusterRouter([], 0), ["a:1"]);
    expect(unowned.heardOn(SHARD_CHANNEL, owned)).toEqual([]);
  });
});
