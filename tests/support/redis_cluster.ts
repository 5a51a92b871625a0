/** A real Redis Cluster of a test's own, and what an operator does with it. */
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { RedisServer } from "./redis_server.ts";
import { RespError, type RespValue } from "./resp.ts";
import type { Argument } from "./resp_encoder.ts";

const SLOTS = 16_384;
/** Keys that are moved at once. */
const BATCH = 100;
const READY_MS = 20_000;

/** What a cluster may be told. */
export interface ClusterOptions {
  /** Primaries that share the slots evenly. */
  readonly primaries?: number;
  /** Replicas of each. */
  readonly replicas?: number;
  /** Nodes that have no slots. */
  readonly empty?: number;
  /** After so long without a word a node has failed; milliseconds. */
  readonly nodeTimeoutMs?: number;
  readonly password?: string;
}

/** A running cluster; its first nodes are the primaries. */
export class RedisCluster implements AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  readonly #ids = new Map<RedisServer, string>();
  /** By slot, as this test has moved them. */
  readonly #owners: RedisServer[] = [];

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes;
  }

  /** Starts the nodes and waits until all of them know all others, and that all is well. */
  static async start(options: ClusterOptions = {}): Promise<RedisCluster> {
    const { primaries = 3, replicas = 0, empty = 0, nodeTimeoutMs = 2000, password } = options;
    const count = primaries * (1 + replicas) + empty;
    const nodes = await Promise.all(Array.from({ length: count }, () => startNode(nodeTimeoutMs, password)));
    const cluster = new RedisCluster(nodes);
    try {
      await cluster.#join(primaries, replicas);
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The first node's address, as a seed. */
  get seed(): string {
    return this.nodes[0]!.address;
  }

  /** A node's name in the cluster. */
  idOf(node: RedisServer): string {
    return this.#ids.get(node)!;
  }

  /** The node that has a slot, unless a failover has changed that. */
  ownerOf(slot: number): RedisServer {
    return this.#owners[slot]!;
  }

  /** Moves a slot with all its keys, as redis-cli does: others ask for them meanwhile. */
  async moveSlot(slot: number, to: RedisServer): Promise<void> {
    await this.openSlot(slot, to);
    await this.moveSlotOn(slot, to);
  }

  /** Moves what is left of a slot that has begun to move. */
  async moveSlotOn(slot: number, to: RedisServer): Promise<void> {
    await this.moveKeys(slot, to);
    await this.closeSlot(slot, to);
  }

  /** Has a slot begin to move. */
  async openSlot(slot: number, to: RedisServer): Promise<void> {
    const from = this.ownerOf(slot);
    await done(to, "CLUSTER", "SETSLOT", String(slot), "IMPORTING", this.idOf(from));
    await done(from, "CLUSTER", "SETSLOT", String(slot), "MIGRATING", this.idOf(to));
  }

  /** Moves the keys of a slot that is moving, or the first so many. */
  async moveKeys(slot: number, to: RedisServer, most = Infinity): Promise<void> {
    const from = this.ownerOf(slot);
    for (let left = most; left > 0;) {
      const keys = await from.command(
        "CLUSTER",
        "GETKEYSINSLOT",
        String(slot),
        String(Math.min(left, BATCH)),
      );
      if ((keys as unknown[]).length === 0) return;
      left -= (keys as unknown[]).length;
      // deno-fmt-ignore
      const moved = await from.command("MIGRATE", "127.0.0.1", String(to.port), "", "0", "5000", "REPLACE", "KEYS", ...keys as string[]);
      if (moved !== "OK" && moved !== "NOKEY") throw new Error(`MIGRATE: ${moved}`);
    }
  }

  /** Gives a slot that is moving to its new owner for good, and waits until all primaries know. */
  async closeSlot(slot: number, to: RedisServer): Promise<void> {
    const from = this.ownerOf(slot);
    for (const node of [to, from]) {
      await done(node, "CLUSTER", "SETSLOT", String(slot), "NODE", this.idOf(to));
    }
    this.#owners[slot] = to;
    await this.#until("all are of the same epoch", (info, infos) => epochIn(info) === epochIn(infos[0]!));
    for (const node of this.nodes) {
      await eventually(`${node.address} knows who has slot ${slot}`, async () => {
        const ranges = await node.command("CLUSTER", "SLOTS") as [number, number, [string, number]][];
        return ranges.some(([first, last, [, port]]) => first <= slot && slot <= last && port === to.port);
      });
    }
  }

  /** Waits until a node is what a primary has to be: one that has slots. */
  async untilPrimary(node: RedisServer): Promise<void> {
    await eventually(`${node.address} is a primary`, async () => {
      const role = await node.command("ROLE") as RespValue[];
      const info = String(await node.command("CLUSTER", "INFO"));
      return role[0] === "master" && info.includes("cluster_state:ok");
    }, { timeoutMs: READY_MS });
  }

  async #join(primaries: number, replicas: number): Promise<void> {
    const [first, ...others] = this.nodes;
    for (const node of this.nodes) this.#ids.set(node, String(await node.command("CLUSTER", "MYID")));
    for (let i = 0; i < primaries; i++) {
      const from = Math.floor(i * SLOTS / primaries);
      const to = Math.floor((i + 1) * SLOTS / primaries) - 1;
      for (let slot = from; slot <= to; slot++) this.#owners[slot] = this.nodes[i]!;
      await done(this.nodes[i]!, "CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
      await done(this.nodes[i]!, "CLUSTER", "SET-CONFIG-EPOCH", String(i + 1));
    }
    for (const node of others) {
      await done(first!, "CLUSTER", "MEET", "127.0.0.1", String(node.port), String(busPorts.get(node)));
    }
    await this.#until(
      "all nodes know each other",
      (info) => info.includes(`cluster_known_nodes:${this.nodes.length}\r`),
    );
    for (let i = 0; i < primaries * replicas; i++) {
      const node = this.nodes[primaries + i]!;
      await done(node, "CLUSTER", "REPLICATE", this.idOf(this.nodes[i % primaries]!));
    }
    await this.#until("the cluster is well", (info) => info.includes("cluster_state:ok"));
    await eventually("all replicas are known and in sync", async () => {
      for (const node of this.nodes.slice(primaries, primaries * (1 + replicas))) {
        if (!String(await node.command("INFO", "replication")).includes("master_link_status:up")) {
          return false;
        }
      }
      for (const node of this.nodes) {
        const lines = String(await node.command("CLUSTER", "NODES")).split("\n");
        if (lines.filter((line) => line.includes("slave")).length !== primaries * replicas) return false;
      }
      return true;
    }, { timeoutMs: READY_MS });
  }

  #until(what: string, isSo: (info: string, infos: string[]) => boolean): Promise<boolean> {
    return eventually(what, async () => {
      const infos = await Promise.all(
        this.nodes.map(async (node) => String(await node.command("CLUSTER", "INFO"))),
      );
      return infos.every((info) => isSo(info, infos));
    }, { timeoutMs: READY_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]();
  }
}

function epochIn(info: string): string | undefined {
  return /cluster_current_epoch:(\d+)/.exec(info)?.[1];
}

/** Where nodes talk to each other. */
const busPorts = new WeakMap<RedisServer, number>();

async function startNode(nodeTimeoutMs: number, password?: string): Promise<RedisServer> {
  const busPort = freePort();
  // deno-fmt-ignore
  const args = [
    "--cluster-enabled", "yes", "--cluster-node-timeout", String(nodeTimeoutMs), "--cluster-port", String(busPort),
    "--cluster-allow-replica-migration", "no", "--repl-diskless-sync-delay", "0", ...(password === undefined ? [] : ["--masterauth", password]),
  ];
  const node = await RedisServer.start({ args, password });
  busPorts.set(node, busPort);
  return node;
}

async function done(node: RedisServer, ...words: readonly Argument[]): Promise<void> {
  const reply = await node.command(...words);
  if (reply !== "OK") {
    throw new Error(`${words.join(" ")}: ${reply instanceof RespError ? reply.message : reply}`);
  }
}
