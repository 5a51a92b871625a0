/**
 * Splits a request with keys in several units of the router into one fragment per unit. The fragments are written straight
 * into the lanes' outboxes from the ranges of the request; nothing is built in between.
 */
import { ARRAY } from "../../protocol/redis/bytes.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import { NO_SERVER } from "../failure.ts";
import { NONE, Placement } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { Request } from "../request.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import { type Merge, Split } from "../split.ts";
import { ElementMerge, MERGE_OK, MERGE_SUM } from "./merges.ts";
import { appendRange } from "../request_bytes.ts";
import { noteKey } from "../request_key.ts";

/** Places keys on servers and sends fragments. One per pool. */
export class Splitter {
  readonly #pool: Pool;
  readonly #placement = new Placement();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The unit of all keys, `SEVERAL`, or -1 when some are in none. Keys are given by their argument indexes. */
  place(request: RequestScanner, keys: Int32Array, count: number): number {
    return this.#placement.place(this.#pool.router, request, keys, count);
  }

  /** Units that have several of the keys that were placed last, of which there are `count`. */
  crowdedUnits(count: number): number[] {
    const units = this.#placement.chain(count, this.#pool.router.units);
    return units.filter((unit) => this.#placement.size[unit]! > 1);
  }

  /** Sends the fragments of the request whose keys were placed last. */
  send(session: Session, request: RequestScanner, command: Command, keys: Int32Array, count: number): void {
    const { router } = this.#pool;
    const units = this.#placement.chain(count, router.units);
    const { first, next, size } = this.#placement;
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const split = new Split(parent, this.#mergeFor(command, units, count));
    this.#pool.counters.fragments += units.length;
    const width = command.handling === "split-pairs" ? 2 : 1;
    for (const unit of units) {
      const server = router.ownerOf(unit);
      const backend = this.#pool.backends[server];
      const fragment = new Request(null, split, command.id + 1, turn.now);
      noteKey(fragment, request, keys[first[unit]!]!);
      split.add(fragment);
      if (backend === undefined) {
        this.#pool.fail(fragment, NO_SERVER, null);
        continue;
      }
      const lane = laneTo(session, backend);
      if (!command.retrySafe) session.client.wrote |= backend.counters.mark;
      if (this.#isForReplica(session, request, command, fragment, unit, server, keys)) continue;
      if (!lane.begin(fragment)) continue;
      const { outbox } = lane;
      outbox.appendHeader(ARRAY, 1 + size[unit]! * width);
      appendRange(outbox, request, request.rawStart(0), request.rawEnd(0));
      let i = first[unit]!;
      while (i !== NONE) {
        // Neighbours that go together lie side by side in the request: they are appended together.
        const from = request.rawStart(keys[i]!);
        while (next[i] === i + 1) i++;
        appendRange(outbox, request, from, request.rawEnd(keys[i]! + width - 1));
        i = next[i]!;
      }
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
    split.seal();
  }

  /** Whether a replica is asked; the keys are those of the fragment of `unit`, which `server` has. */
  #isForReplica(
    session: Session,
    request: RequestScanner,
    command: Command,
    fragment: Request,
    unit: number,
    server: number,
    keys: Int32Array,
  ): boolean {
    const { reads } = this.#pool.replicas;
    if (reads === null || !command.forReplicas) return false;
    const { first, next } = this.#placement;
    const own: number[] = [];
    for (let i = first[unit]!; i !== NONE; i = next[i]!) own.push(keys[i]!);
    return reads.serveFragment(session, request, command, fragment, server, Int32Array.from(own));
  }

  #mergeFor(command: Command, units: readonly number[], count: number): Merge {
    if (command.handling === "split-sum") return MERGE_SUM;
    if (command.handling === "split-pairs") return MERGE_OK;
    const { first, next, size } = this.#placement;
    const fragmentOf = units.length <= 256 ? new Uint8Array(count) : new Int32Array(count);
    const sizes: number[] = [];
    for (let fragment = 0; fragment < units.length; fragment++) {
      const unit = units[fragment]!;
      sizes.push(size[unit]!);
      for (let i = first[unit]!; i !== NONE; i = next[i]!) fragmentOf[i] = fragment;
    }
    return new ElementMerge(fragmentOf, sizes);
  }
}
