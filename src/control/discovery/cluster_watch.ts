/**
 * Watches one Redis Cluster: asks a node how the cluster is laid out, every so often and whenever there is a hint that
 * it has changed. One question is under way at a time; when a node doesn't answer, the next is asked.
 */
import { type PoolConfig, type ServerConfig, type TcpAddress } from "../../config/mod.ts";
import { readConfigEpochs } from "../../protocol/redis/cluster/nodes_reply.ts";
import { readShards } from "../../protocol/redis/cluster/shards_reply.ts";
import type { Shard } from "../../protocol/redis/cluster/shard.ts";
import { readSlots } from "../../protocol/redis/cluster/slots_reply.ts";
import { readReply } from "../../protocol/redis/read_reply.ts";
import { Failure, type ReplyValue } from "../../protocol/redis/reply_value.ts";
import type { ConnectTls } from "../../transport/tls.ts";
import { type ClusterLayout, layoutOf, nodeAt, unservedSlots } from "../topology/cluster_layout.ts";
import type { ReportEvent } from "../log/events.ts";
import { ServerQuestion } from "../health/server_question.ts";

/** After an answer, a hint has to wait for so long; milliseconds. */
const CALM_MS = 50;
/** When nobody answers, all are asked again after so long; milliseconds. */
const RETRY_MS = 500;
/** The part of a wait that chance decides: several proxies don't ask at the same moment. */
const JITTER = 0.2;

const SHARDS = Buffer.from("*2\r\n$7\r\nCLUSTER\r\n$6\r\nSHARDS\r\n");
const NODES = Buffer.from("*2\r\n$7\r\nCLUSTER\r\n$5\r\nNODES\r\n");
const SLOTS_OF_OLD = Buffer.from("*2\r\n$7\r\nCLUSTER\r\n$5\r\nSLOTS\r\n");

/** A pool that is a cluster, and how its nodes are connected to. */
export interface Fleet {
  readonly config: PoolConfig;
  readonly serverTls: ConnectTls | null;
}

/** Who hears of it. */
export interface WatchOwner {
  /** The layout in force. */
  current(): ClusterLayout | null;
  /** The cluster is laid out so; answers whether that is news. */
  found(layout: ClusterLayout): Promise<boolean>;
  report(
    event: Extract<Parameters<ReportEvent>[0], `cluster.${string}`>,
    facts: Parameters<ReportEvent>[1],
  ): void;
}

/** The watch over one cluster. */
export class ClusterWatch {
  #fleet: Fleet;
  readonly #owner: WatchOwner;
  #question: ServerQuestion | null = null;
  /** Nodes to be asked if those before them don't answer. */
  #candidates: ServerConfig[] = [];
  #nextAt = 0;
  /** When the last answer came. */
  #answeredAt = -Infinity;
  /** The node that a hint named. */
  #hinted = "";
  #isDoubted = false;
  /** What was reported last; empty while all is well. */
  #trouble = "";
  #turn = 0;
  #isOver = false;

  constructor(fleet: Fleet, owner: WatchOwner) {
    this.#fleet = fleet;
    this.#owner = owner;
    this.#begin(performance.now());
  }

  /** Takes over another configuration. */
  follow(fleet: Fleet): void {
    if (Bun.deepEquals(fleet, this.#fleet)) return;
    this.#fleet = fleet;
    this.#nextAt = 0;
  }

  /** A hint that the layout has changed; `node` is the name of one that should know, or empty. */
  doubt(node: string): void {
    this.#hinted = node;
    this.#isDoubted = true;
    this.tick(performance.now());
  }

  /** Begins a question when it is time, and gives up one that takes too long. */
  tick(now: number): void {
    if (this.#isOver) return;
    this.#question?.tick(now);
    if (this.#question !== null) return;
    const isDue = now >= this.#nextAt || (this.#isDoubted && now >= this.#answeredAt + CALM_MS);
    if (isDue) this.#begin(now);
  }

  /** Asks nobody any more. */
  close(): void {
    this.#isOver = true;
    this.#question?.end();
    this.#question = null;
  }

  #begin(now: number): void {
    this.#isDoubted = false;
    this.#nextAt = now + jittered(this.#cluster.refreshMs);
    this.#candidates = this.#nodes();
    this.#hinted = "";
    this.#askNext(SHARDS, "no node is known");
  }

  get #cluster(): NonNullable<PoolConfig["cluster"]> {
    return this.#fleet.config.cluster!;
  }

  /** Everybody who may know: the one that was hinted at, then those that serve, in turn, then the seeds. */
  #nodes(): ServerConfig[] {
    const { primaries } = this.#owner.current() ?? { primaries: [] };
    const known = [
      ...primaries.map(({ server }) => server),
      ...primaries.flatMap(({ replicas }) => replicas),
    ];
    const seeds = this.#cluster.seeds.map((address) => seedAt(address as TcpAddress));
    const hinted = this.#hinted === "" ? [] : this.#named(this.#hinted);
    const first = known.length === 0 ? 0 : this.#turn++ % known.length;
    return [...hinted, ...known.slice(first), ...known.slice(0, first), ...seeds];
  }

  #named(name: string): ServerConfig[] {
    const port = Number(name.slice(name.lastIndexOf(":") + 1));
    return [nodeAt(hostIn(name), port, this.#cluster.addressMap ?? [])];
  }

  #askNext(question: Uint8Array, trouble: string): void {
    const server = this.#candidates.shift();
    if (server === undefined) return this.#fail(trouble);
    const { config, serverTls } = this.#fleet;
    const asked = { config, server, serverTls };
    this.#question = new ServerQuestion(asked, () => [question, NODES], performance.now(), (replies) => {
      this.#question = null;
      if (!this.#isOver) this.#take(server, question, replies);
    });
  }

  #take(server: ServerConfig, question: Uint8Array, replies: readonly Uint8Array[] | null): void {
    const [value, nodes] = (replies ?? []).map(readReply);
    const isRefused = value instanceof Failure;
    if (isRefused && question === SHARDS && /unknown subcommand/i.test(value.text)) {
      this.#candidates.unshift(server);
      return this.#askNext(SLOTS_OF_OLD, "");
    }
    const shards = question === SHARDS ? readShards(value, this.#fleet.serverTls !== null) : readSlots(value);
    if (shards !== null && shards.length > 0) return this.#settle(server, shards, nodes);
    const trouble = replies === null
      ? "no answer"
      : isRefused
      ? value.text
      : shards === null
      ? "an answer that makes no sense"
      : "it knows no primary";
    this.#askNext(SHARDS, `${server.name}: ${trouble}`);
  }

  #settle(server: ServerConfig, shards: readonly Shard[], nodes: ReplyValue | undefined): void {
    this.#answeredAt = performance.now();
    if (this.#trouble !== "") this.#owner.report("cluster.known", { node: server.name });
    this.#trouble = "";
    const layout = layoutOf(shards, readConfigEpochs(nodes), hostIn(server.name), this.#cluster.addressMap);
    void this.#owner.found(layout).then((isNews) => {
      if (isNews) this.#owner.report("cluster.changed", { node: server.name, ...factsOf(layout) });
    });
  }

  #fail(trouble: string): void {
    this.#answeredAt = performance.now();
    this.#nextAt = this.#answeredAt + jittered(RETRY_MS);
    if (trouble !== this.#trouble) this.#owner.report("cluster.failed", { reason: trouble });
    this.#trouble = trouble;
  }
}

function seedAt(address: TcpAddress): ServerConfig {
  const { name } = nodeAt(address.host, address.port, []);
  return { name, address, weight: 1 };
}

/** The host of a node by its name; a node that doesn't know its own is there where it was asked. */
function hostIn(name: string): string {
  return name.slice(0, name.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

function factsOf(layout: ClusterLayout): Record<string, number> {
  const { primaries } = layout;
  return {
    primaries: primaries.length,
    replicas: primaries.reduce((sum, { replicas }) => sum + replicas.length, 0),
    unserved: unservedSlots(layout),
  };
}

function jittered(ms: number): number {
  return ms * (1 - JITTER / 2 + Math.random() * JITTER);
}
