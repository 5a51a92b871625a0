/** Who of a group is read from, by what its servers say of their replication. */
import { beforeEach, describe, expect, test } from "bun:test";
import type { PoolConfig } from "../../../../src/config/mod.ts";
import type { Backend } from "../../../../src/proxy/backend.ts";
import type { Pool } from "../../../../src/proxy/pool.ts";
import { ReplicaGroup } from "../../../../src/proxy/replicas/group.ts";
import { Member } from "../../../../src/proxy/replicas/member.ts";
import type { Request } from "../../../../src/proxy/request.ts";
import { turn } from "../../../../src/transport/turn.ts";
import { bulk } from "../../../support/resp_encoder.ts";
import { inChunk } from "../redis/fragments.ts";

type Config = Pick<PoolConfig, "name" | "readFrom" | "zone" | "maxLagMs" | "maxLagBytes">;

/** A server that says of its replication what a test has it say; silent while that is null. */
class Told {
  says: Record<string, string | number> | null = null;
  closed = 0;
  /** When requests in its lane were asked, the oldest first. */
  waiting: number[] = [];
  readonly #asked: Request[] = [];

  constructor(readonly name: string) {}

  get backend(): Backend {
    const lane = {
      begin: (request: Request) => this.#asked.push(request) > 0,
      outbox: { append() {} },
      push: () => this.answer(),
    };
    const front = () => this.waiting.length === 0 ? null : { enteredMs: this.waiting[0]! };
    const inFlight = {
      get front() {
        return front();
      },
    };
    const close = () => void this.closed++;
    return {
      server: { name: this.name },
      firstLane: lane,
      allLanes: [{ inFlight }],
      close,
    } as unknown as Backend;
  }

  answer(): void {
    if (this.says === null) return;
    const text = Object.entries(this.says).map(([key, value]) => `${key}:${value}\r\n`).join("");
    for (const request of this.#asked.splice(0)) {
      const { bytes, start, end } = inChunk(bulk(text));
      Object.assign(request, { bytes, start, end });
      request.taker!.take(request);
    }
  }
}

const ID = "a1";

/** A group of a primary and two replicas, and its log. */
class World {
  readonly primary = new Told("primary");
  readonly servers = [new Told("one"), new Told("two")];
  readonly log: string[] = [];
  readonly replicas: Member[];
  readonly group: ReplicaGroup;

  constructor(config: Partial<Config> = {}) {
    const pool = {
      config: { name: "p", readFrom: "replica", zone: null, maxLagMs: 5000, maxLagBytes: null, ...config },
      shared: { report: (event: string, { reason }: { reason?: string }) => this.log.push(reason ?? event) },
    };
    this.group = new ReplicaGroup(pool as unknown as Pool, this.primary.backend);
    this.replicas = this.servers.map(({ backend }) => new Member(backend, false));
    this.group.follow(this.replicas, null);
  }

  primaryAt(offset: number, id = ID): void {
    this.primary.says = { role: "master", master_replid: id, master_repl_offset: offset };
  }

  replicaAt(index: number, offset: number, other: Record<string, string | number> = {}): void {
    const linked = { role: "slave", master_link_status: "up", master_last_io_seconds_ago: 0 };
    this.servers[index]!.says = { ...linked, slave_repl_offset: offset, master_replid: ID, ...other };
  }

  /** Lets time pass, as the worker's ticks do. */
  pass(ms: number): void {
    for (const end = turn.now + ms; turn.now < end;) {
      turn.now += 50;
      this.group.tick(turn.now);
    }
  }

  /** Those that reads go to. */
  get chosen(): string[] {
    const names = Array.from({ length: 64 }, (_, i) => this.group.choose(i).backend.server.name);
    return [...new Set(names)].sort();
  }
}

// What other tests of the process took for the time is past.
beforeEach(() => void (turn.now = performance.now() + 1_000_000));

describe("ReplicaGroup", () => {
  test("reads from the primary until replicas have said that all is well, and doesn't log that", () => {
    const world = new World();
    expect(world.chosen).toEqual(["primary"]);
    world.primaryAt(100);
    world.replicaAt(0, 100);
    world.pass(200);
    expect(world.chosen).toEqual(["one"]);
    world.replicaAt(1, 100);
    world.servers[1]!.answer();
    expect([world.chosen, world.log]).toEqual([["one", "two"], []]);
  });

  test.each([
    ["its link to its primary is down", { master_link_status: "down" }],
    ["its link to its primary is down", { master_sync_in_progress: 1 }],
    ["it replicates another primary", { master_replid: "b2" }],
    ["it is a primary itself", { role: "master" }],
    ["it doesn't tell about its replication", { role: "?" }],
  ])("doesn't read from a replica while %s (%j)", (reason, says) => {
    const world = new World();
    world.primaryAt(100);
    for (const index of [0, 1]) world.replicaAt(index, 100);
    world.pass(1200);
    if ("role" in says && says.role === "?") world.servers[0]!.says = says;
    else world.replicaAt(0, 100, says);
    world.pass(1200);
    expect([world.chosen, world.log.map((line) => line.slice(0, reason.length))]).toEqual([["two"], [
      reason,
    ]]);
    world.replicaAt(0, 100);
    world.pass(1200);
    expect([world.chosen, world.log.at(-1)]).toEqual([["one", "two"], "replica.fit"]);
  });

  test("doesn't read from a replica that has stood still for longer than max_lag while the primary goes on", () => {
    const world = new World();
    let offset = 100;
    for (const index of [0, 1]) world.replicaAt(index, offset);
    world.primaryAt(offset);
    world.pass(1200);
    for (let second = 1; second <= 4; second++) {
      world.primaryAt(offset += 100);
      world.replicaAt(1, offset);
      world.pass(1000);
      expect(world.chosen).toEqual(["one", "two"]);
    }
    expect(world.replicas[0]!.lagMs).toBeWithin(3000, 5001);
    expect(world.replicas[1]!.lagMs).toBeLessThan(1100);
    for (let second = 1; second <= 3; second++) {
      world.primaryAt(offset += 100);
      world.replicaAt(1, offset);
      world.pass(1000);
    }
    expect([world.chosen, world.log]).toEqual([["two"], ["it is more than max_lag behind"]]);
    expect([world.replicas[0]!.lagBytes, world.replicas[1]!.lagBytes]).toEqual([700, 0]);
  });

  test("counts the bytes a replica is behind, where the pool says how many it may be", () => {
    const world = new World({ maxLagBytes: 1000 });
    for (const index of [0, 1]) world.replicaAt(index, 5000);
    world.primaryAt(5000);
    world.pass(1200);
    world.primaryAt(6001);
    world.replicaAt(1, 5001);
    world.pass(1200);
    expect([world.chosen, world.log]).toEqual([["two"], ["it is more than max_lag_bytes behind"]]);
  });

  test("knows what a replica has seen by when the primary's oldest open request was asked", () => {
    const world = new World();
    world.primaryAt(100);
    world.replicaAt(0, 100);
    const begunMs = turn.now - 700;
    world.primary.waiting = [begunMs];
    world.pass(200);
    expect(world.replicas[0]!.knownUntilMs).toBe(begunMs);
    expect([world.replicas[0]!.knows(begunMs - 1), world.replicas[0]!.knows(begunMs)]).toEqual([true, false]);
    world.primary.waiting = [];
    world.pass(1200);
    expect(world.replicas[0]!.knows(begunMs + 700)).toBeTrue();
    expect([world.replicas[1]!.knows(0), world.group.primary.knows(turn.now)]).toEqual([false, true]);
  });

  test("gives up a replica that owes an answer for 3 s, each time it does", () => {
    const world = new World();
    world.primaryAt(100);
    for (const index of [0, 1]) world.replicaAt(index, 100);
    world.pass(1200);
    world.servers[0]!.says = null;
    world.pass(2500);
    expect([world.chosen, world.servers[0]!.closed]).toEqual([["one", "two"], 0]);
    world.pass(1500);
    expect([world.chosen, world.log, world.servers[0]!.closed > 0]).toEqual([
      ["two"],
      ["it is silent"],
      true,
    ]);
  });

  test("believes replicas while their primary says nothing, as long as they hear from it", () => {
    const world = new World();
    world.primary.says = { role: "?" };
    world.replicaAt(0, 100, { master_last_io_seconds_ago: 4 });
    world.replicaAt(1, 100, { master_last_io_seconds_ago: 6 });
    world.pass(200);
    expect([world.chosen, world.replicas.map(({ lagMs }) => lagMs)]).toEqual([["one"], [4000, 6000]]);
  });

  test("has another member for a second request: one that is fit, and knows what was written", () => {
    const world = new World();
    world.primaryAt(100);
    for (const index of [0, 1]) world.replicaAt(index, 100);
    world.pass(1200);
    const [one, two] = world.replicas;
    const { group } = world;
    expect(group.another(one!, -Infinity)).toBe(two!);
    expect(group.another(one!, turn.now)).toBe(group.primary);
    group.refused(two!, "LOADING");
    expect(group.another(one!, -Infinity)).toBe(group.primary);
    expect(group.another(group.primary, -Infinity)).toBe(one!);
    group.end();
    expect(group.another(group.primary, -Infinity)).toBeNull();
  });
});
