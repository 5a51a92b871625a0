/**
 * Splits a request with keys on several servers into one fragment per server. The fragments are written straight
 * into the lanes' outboxes from the ranges of the request; nothing is built in between.
 */
import { ARRAY } from "../../protocol/redis/bytes.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { Request } from "../request.ts";
import type { Session } from "../session.ts";
import { type Merge, Split } from "../split.ts";
import { ElementMerge, MERGE_OK, MERGE_SUM } from "./merges.ts";
import { appendRange } from "./request_bytes.ts";

const NONE = -1;

/** Places keys on servers and sends fragments. One per pool; its arrays are reused. */
export class Splitter {
  /** What `place` answers when the keys don't live on one server. */
  static readonly SEVERAL = -2;

  readonly #pool: Pool;
  #serverOf = new Int32Array(64);
  /** Keys of one server form a chain: first and last key by server, next key by key. */
  #next = new Int32Array(64);
  #first = new Int32Array(0);
  #last = new Int32Array(0);
  #size = new Int32Array(0);

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The server of all keys, `SEVERAL`, or -1 when some have none. Keys are given by their argument indexes. */
  place(request: RequestScanner, keys: Int32Array, count: number): number {
    if (count > this.#serverOf.length) this.#grow(count);
    const { router } = this.#pool;
    let common = Splitter.SEVERAL;
    let several = false;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const server = router.route(request.bytesOf(key), request.start(key), request.end(key));
      if (server < 0) return server;
      this.#serverOf[i] = server;
      if (i > 0 && server !== common) several = true;
      common = server;
    }
    return several ? Splitter.SEVERAL : common;
  }

  /** Sends the fragments of the request whose keys were placed last. */
  send(session: Session, request: RequestScanner, command: Command, keys: Int32Array, count: number): void {
    const servers = this.#chain(count);
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const split = new Split(parent, servers.length, this.#mergeFor(command, servers, count));
    const width = command.handling === "split-pairs" ? 2 : 1;
    for (const server of servers) {
      const lane = this.#pool.backends[server]!.laneOf(session);
      const fragment = new Request(null, split, command.id + 1, turn.now);
      split.add(fragment);
      if (!lane.begin(fragment)) continue;
      const { outbox } = lane;
      outbox.appendHeader(ARRAY, 1 + this.#size[server]! * width);
      appendRange(outbox, request, request.rawStart(0), request.rawEnd(0));
      let i = this.#first[server]!;
      while (i !== NONE) {
        // Neighbours that go to one server lie side by side in the request: they are appended together.
        const from = request.rawStart(keys[i]!);
        while (this.#next[i] === i + 1) i++;
        appendRange(outbox, request, from, request.rawEnd(keys[i]! + width - 1));
        i = this.#next[i]!;
      }
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
  }

  /** Chains the keys of each server; answers the servers in the order of their first keys. */
  #chain(count: number): number[] {
    const servers: number[] = [];
    const backends = this.#pool.backends.length;
    if (this.#first.length < backends) {
      this.#first = new Int32Array(backends);
      this.#last = new Int32Array(backends);
      this.#size = new Int32Array(backends);
    }
    this.#size.fill(0);
    for (let i = 0; i < count; i++) {
      const server = this.#serverOf[i]!;
      if (this.#size[server] === 0) {
        servers.push(server);
        this.#first[server] = i;
      } else {
        this.#next[this.#last[server]!] = i;
      }
      this.#last[server] = i;
      this.#next[i] = NONE;
      this.#size[server]!++;
    }
    return servers;
  }

  #mergeFor(command: Command, servers: readonly number[], count: number): Merge {
    if (command.handling === "split-sum") return MERGE_SUM;
    if (command.handling === "split-pairs") return MERGE_OK;
    const fragmentOf = servers.length <= 256 ? new Uint8Array(count) : new Int32Array(count);
    for (let fragment = 0; fragment < servers.length; fragment++) {
      for (let i = this.#first[servers[fragment]!]!; i !== NONE; i = this.#next[i]!) fragmentOf[i] = fragment;
    }
    return new ElementMerge(fragmentOf, servers.map((server) => this.#size[server]!));
  }

  #grow(count: number): void {
    this.#serverOf = new Int32Array(count);
    this.#next = new Int32Array(count);
  }
}
