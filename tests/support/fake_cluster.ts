/**
 * A Redis Cluster that never holds still: nodes that share one truth about slots and keys, which changes at random
 * between two requests. It refuses as real nodes do, tells outdated layouts, and sends replies in pieces.
 */
import { slotOf } from "../../src/routing/cluster/slot.ts";
import { encodeReply, Failure, type ReplyValue, Status } from "../../src/protocol/redis/reply_value.ts";
import { FakePeer, FakeServer } from "./fake_server.ts";
import type { Random } from "./seed.ts";

/** What a slot that is used is doing. */
interface SlotState {
  owner: number;
  /** Where it is moving; -1: nowhere. */
  target: number;
  /** Changes that pass it by before it moves again: nobody moves slots to and fro while a pipeline is under way. */
  rest: number;
}

/** What one connection has said. */
interface PeerState {
  isAsking: boolean;
  /** Commands since MULTI; null outside. */
  queue: (readonly string[])[] | null;
  isAborted: boolean;
  /** What is to be written, and whether somebody sees to it. */
  output: Buffer[];
  isWriting: boolean;
}

/** Commands with keys that it knows. */
const KEYED = ["GET", "APPEND", "MGET", "MSET"];
/** Of so many requests, one changes something. */
const CALM = 12;
/** Changes that pass a slot by after it has moved. */
const REST = 3;
/** Requests for which the cluster is down. */
const DOWN_FOR = 5;

/** The nodes. */
export class FakeCluster implements AsyncDisposable {
  readonly nodes: FakeServer[] = [];
  /** What happened, by kind of refusal. */
  readonly refusals: Record<string, number> = {};
  readonly #random: Random;
  readonly #slots = new Map<number, SlotState>();
  readonly #data: Map<string, string>[] = [];
  readonly #peers = new Map<FakePeer, PeerState>();
  /** A layout of a while ago. */
  #former: ReplyValue[] = [];
  #down = 0;
  isCalm = false;

  private constructor(random: Random) {
    this.#random = random;
  }

  /** Starts so many nodes; the slots of these keys are the ones that move. */
  static async start(random: Random, count: number, slots: readonly number[]): Promise<FakeCluster> {
    const cluster = new FakeCluster(random);
    for (let i = 0; i < count; i++) {
      cluster.#data.push(new Map());
      cluster.nodes.push(await FakeServer.start((request, peer) => cluster.#serve(i, request, peer)));
    }
    for (const slot of slots) {
      cluster.#slots.set(slot, { owner: random.integer(0, count - 1), target: -1, rest: 0 });
    }
    cluster.#former = cluster.#layout();
    return cluster;
  }

  /** The value of a key, wherever it is. Errors: throws when it is on two nodes. */
  valueOf(key: string): string | undefined {
    const values = this.#data.flatMap((data) => data.has(key) ? [data.get(key)] : []);
    if (values.length > 1) throw new Error(`${key} is on ${values.length} nodes`);
    return values[0];
  }

  #serve(node: number, request: readonly string[], peer: FakePeer): void {
    if (!this.isCalm && this.#random.integer(1, CALM) === 1) this.#change();
    let state = this.#peers.get(peer);
    if (state === undefined) {
      state = { isAsking: false, queue: null, isAborted: false, output: [], isWriting: false };
      this.#peers.set(peer, state);
    }
    this.#write(peer, state, this.#answer(node, request, state));
  }

  #answer(node: number, request: readonly string[], peer: PeerState): ReplyValue {
    const name = request[0]!.toUpperCase();
    const { isAsking } = peer;
    if (name === "ASKING") {
      peer.isAsking = true;
      return new Status("OK");
    }
    if (peer.queue === null) peer.isAsking = false;
    if (name === "CLUSTER") {
      return this.#random.integer(0, 2) === 0 && !this.isCalm ? this.#former : this.#layout();
    }
    if (name === "PING") return new Status("PONG");
    if (name === "MULTI") {
      peer.isAsking = isAsking;
      peer.queue = [];
      peer.isAborted = false;
      return new Status("OK");
    }
    if (name === "EXEC") return this.#exec(node, peer, isAsking);
    if (!KEYED.includes(name)) return new Failure(`ERR ${name} is not in the script`);
    const refusal = this.#refusal(node, keysOf(request), isAsking);
    if (peer.queue !== null) {
      if (refusal !== null) peer.isAborted = true;
      else peer.queue.push(request);
      return refusal ?? new Status("QUEUED");
    }
    return refusal ?? this.#run(node, request);
  }

  #exec(node: number, peer: PeerState, isAsking: boolean): ReplyValue {
    const { queue, isAborted } = peer;
    peer.queue = null;
    peer.isAsking = false;
    if (isAborted) return new Failure("EXECABORT Transaction discarded because of previous errors.");
    return this.#refusal(node, queue!.flatMap(keysOf), isAsking) ??
      queue!.map((request) => this.#run(node, request));
  }

  #refusal(node: number, keys: readonly string[], isAsking: boolean): Failure | null {
    const slot = slotOfText(keys[0]!);
    const state = this.#slots.get(slot)!;
    if (this.#down > 0) {
      this.#down--;
      return this.#refused("CLUSTERDOWN The cluster is down");
    }
    const missing = keys.filter((key) => !this.#data[node]!.has(key)).length;
    const isSeveral = new Set(keys).size > 1;
    if (state.owner === node) {
      if (state.target < 0 || missing === 0) return null;
      if (missing < keys.length) {
        return this.#refused("TRYAGAIN Multiple keys request during rehashing of slot");
      }
      return this.#refused(`ASK ${slot} ${this.nodes[state.target]!.address}`);
    }
    if (state.target === node && isAsking) {
      return isSeveral && missing > 0
        ? this.#refused("TRYAGAIN Multiple keys request during rehashing of slot")
        : null;
    }
    return this.#refused(`MOVED ${slot} ${this.nodes[state.owner]!.address}`);
  }

  #refused(text: string): Failure {
    const [kind] = text.split(" ");
    this.refusals[kind!] = (this.refusals[kind!] ?? 0) + 1;
    return new Failure(text);
  }

  #run(node: number, [name, ...args]: readonly string[]): ReplyValue {
    const data = this.#data[node]!;
    switch (name!.toUpperCase()) {
      case "GET":
        return data.get(args[0]!) ?? null;
      case "APPEND": {
        const value = (data.get(args[0]!) ?? "") + args[1];
        data.set(args[0]!, value);
        return value.length;
      }
      case "MGET":
        return args.map((key) => data.get(key) ?? null);
      default:
        for (let i = 0; i < args.length; i += 2) data.set(args[i]!, args[i + 1]!);
        return new Status("OK");
    }
  }

  /** Something happens: a slot begins to move, a key of it moves, it has moved, the cluster is down for a moment. */
  #change(): void {
    const [, state] = this.#random.pick([...this.#slots]);
    const draw = this.#random.integer(0, 9);
    if (draw === 0) {
      this.#down = DOWN_FOR;
    } else if (state.target < 0 && state.rest-- > 0) {
      return;
    } else if (state.target < 0) {
      state.target = (state.owner + this.#random.integer(1, this.nodes.length - 1)) % this.nodes.length;
    } else {
      this.#moveKeys(state, draw < 4 ? 1 : Infinity);
    }
  }

  #moveKeys(state: SlotState, most: number): void {
    const [from, to] = [this.#data[state.owner]!, this.#data[state.target]!];
    const keys = [...from.keys()].filter((key) => this.#slots.get(slotOfText(key)) === state);
    for (const key of keys.slice(0, most)) {
      to.set(key, from.get(key)!);
      from.delete(key);
    }
    if (keys.length > most) return;
    this.#former = this.#layout();
    state.owner = state.target;
    state.target = -1;
    state.rest = REST;
  }

  #layout(): ReplyValue[] {
    return this.nodes.map(({ port }, i): ReplyValue => {
      const slots = [...this.#slots].filter(([, { owner }]) => owner === i).flatMap(([slot]) => [slot, slot]);
      const node = [
        "id",
        `node${i}`,
        "port",
        port,
        "endpoint",
        "127.0.0.1",
        "role",
        "master",
        "health",
        "online",
      ];
      return ["slots", slots, "nodes", [node]];
    });
  }

  /** In one piece or in two, in order. */
  #write(peer: FakePeer, state: PeerState, value: ReplyValue): void {
    const bytes = Buffer.from(encodeReply(value, 2));
    const cut = this.#random.integer(0, 3) === 0 ? this.#random.integer(1, bytes.length - 1) : bytes.length;
    state.output.push(bytes.subarray(0, cut), bytes.subarray(cut));
    if (!state.isWriting) this.#flush(peer, state);
  }

  #flush(peer: FakePeer, state: PeerState): void {
    const part = state.output.shift();
    state.isWriting = part !== undefined;
    if (part === undefined) return;
    if (part.length > 0) peer.write(part);
    setImmediate(() => this.#flush(peer, state));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]();
  }
}

function keysOf([name, ...args]: readonly string[]): string[] {
  const isOfPairs = name!.toUpperCase() === "MSET";
  if (isOfPairs) return args.filter((_, i) => i % 2 === 0);
  return name!.toUpperCase() === "MGET" ? args : args.slice(0, 1);
}

function slotOfText(key: string): number {
  const bytes = Buffer.from(key, "latin1");
  return slotOf(bytes, 0, bytes.length);
}
