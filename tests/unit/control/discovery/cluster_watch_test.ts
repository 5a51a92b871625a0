import { describe, expect, test } from "bun:test";
import type { ClusterLayout } from "../../../../src/control/topology/cluster_layout.ts";
import { ClusterWatch, type WatchOwner } from "../../../../src/control/discovery/cluster_watch.ts";
import { encodeReply, Failure, type ReplyValue } from "../../../../src/protocol/redis/reply_value.ts";
import { eventually } from "../../../support/eventually.ts";
import { FakeServer, type Script, silent } from "../../../support/fake_server.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import { freePort } from "../../../support/free_port.ts";

const TICK_MS = 5;

/** A node that says who has the slots: ports of 127.0.0.1. */
const telling = (...ports: number[]): Script => ([, what], peer) => {
  if (what === "NODES") return peer.write(encodeReply("", 2));
  const share = 16_384 / ports.length;
  const shards = ports.map((port, i): ReplyValue => [
    "slots",
    [i * share, (i + 1) * share - 1],
    "nodes",
    [["id", `n${port}`, "port", port, "endpoint", "127.0.0.1", "role", "master", "health", "online"]],
  ]);
  peer.write(encodeReply(shards, 2));
};

/** A watch over these seeds, and what it found and said. */
class Watched implements AsyncDisposable, WatchOwner {
  readonly layouts: ClusterLayout[] = [];
  readonly said: string[] = [];
  readonly watch: ClusterWatch;
  readonly #ticker: ReturnType<typeof setInterval>;

  constructor(seeds: readonly string[], options: Record<string, unknown> = {}) {
    const cluster = { seeds, refresh: 60_000, ...options };
    const [config] = loadedClusters(cluster);
    this.watch = new ClusterWatch({ config: config!, serverTls: null }, this);
    this.#ticker = setInterval(() => this.watch.tick(performance.now()), TICK_MS);
  }

  current(): ClusterLayout | null {
    return this.layouts.at(-1) ?? null;
  }

  found(layout: ClusterLayout): Promise<boolean> {
    const isNews = !Bun.deepEquals(layout, this.current());
    this.layouts.push(layout);
    return Promise.resolve(isNews);
  }

  report(event: string, facts: Record<string, string | number>): void {
    this.said.push([event, ...Object.values(facts)].join(" "));
  }

  get names(): string[] {
    return this.current()?.primaries.map(({ server }) => server.name) ?? [];
  }

  [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticker);
    this.watch.close();
    return Promise.resolve();
  }
}

function loadedClusters(cluster: Record<string, unknown>) {
  const pool = { name: "c", listen: 1000, servers: ["127.0.0.1:1:1"] };
  const { pools } = loadedConfig([pool]);
  const { seeds, refresh } = cluster as { seeds: string[]; refresh: number };
  const addresses = seeds.map((seed) => ({
    kind: "tcp" as const,
    host: "127.0.0.1",
    port: Number(seed.split(":")[1]),
  }));
  return pools.map((each) => ({
    ...each,
    servers: [],
    cluster: { seeds: addresses, addressMap: null, refreshMs: refresh },
  }));
}

describe("ClusterWatch", () => {
  test("asks the next seed when one doesn't answer, and tells what it found", async () => {
    await using mute = await FakeServer.start((_, peer) => peer.reset());
    await using node = await FakeServer.start(telling(7001, 7002));
    await using watched = new Watched([mute.address, node.address]);
    await eventually("the layout is known", () => watched.names.length === 2);
    expect(watched.current()!.slots).toEqual([0, 8191, 0, 8192, 16_383, 1]);
    await eventually("it is told", () => watched.said.length > 0);
    expect(watched.said).toEqual([`cluster.changed ${node.address} 2 0 0`]);
    await eventually("its connections are closed", () => node.peer.closed && mute.peer.closed);
  });

  test("asks for slots when a server doesn't know shards", async () => {
    await using node = await FakeServer.start(([, what], peer) => {
      if (what === "NODES") return peer.write(encodeReply("", 2));
      const isOld = what === "SHARDS";
      const slots: ReplyValue = [[0, 16_383, ["127.0.0.1", 7001, "n"]]];
      peer.write(
        encodeReply(isOld ? new Failure("ERR Unknown subcommand or wrong number of arguments") : slots, 2),
      );
    });
    await using watched = new Watched([node.address]);
    await eventually("the layout is known", () => watched.names.length === 1);
    expect(node.requests.map(([, what]) => what)).toEqual(["SHARDS", "NODES", "SLOTS", "NODES"]);
  });

  test("says once that nobody answers, and that somebody does again", async () => {
    await using node = await FakeServer.start((_, peer) =>
      peer.write("-ERR This instance has cluster support disabled\r\n")
    );
    await using watched = new Watched([node.address]);
    await eventually("it has asked three times", () => node.requests.length >= 6);
    node.script = telling(7001);
    await eventually("the layout is known", () => watched.said.length >= 3);
    expect(watched.said).toEqual([
      `cluster.failed ${node.address}: ERR This instance has cluster support disabled`,
      `cluster.known ${node.address}`,
      `cluster.changed ${node.address} 1 0 0`,
    ]);
  });

  test("asks the node that a hint names, one question at a time", async () => {
    await using seed = await FakeServer.start(telling(7001));
    await using knowing = await FakeServer.start(silent);
    await using watched = new Watched([seed.address]);
    await eventually("the layout is known", () => watched.names.length === 1);
    for (let i = 0; i < 100; i++) watched.watch.doubt(knowing.address);
    await eventually("the other is asked", () => knowing.requests.length === 2);
    for (let i = 0; i < 100; i++) watched.watch.doubt(knowing.address);
    expect(knowing.peers.length).toBe(1);
    knowing.script = telling(7001, 7002);
    for (const what of ["SHARDS", "NODES"]) knowing.script(["CLUSTER", what], knowing.peer);
    await eventually("the layout has changed", () => watched.names.length === 2);
    await eventually("what was hinted meanwhile is asked once more", () => knowing.requests.length === 4);
    expect(seed.requests.length).toBe(2);
  });

  test("asks those it knows, and the seeds when none of them answers", async () => {
    const gone = freePort();
    await using seed = await FakeServer.start(telling(gone));
    await using watched = new Watched([seed.address], { refresh: 100 });
    await eventually("the seed is asked again and again", () => seed.requests.length >= 6);
    expect(watched.said.filter((each) => each.startsWith("cluster.failed"))).toEqual([]);
  });
});
