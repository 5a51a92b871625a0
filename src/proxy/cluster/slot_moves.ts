/**
 * Which servers got slots from which others, of late: what a SCAN has to know that was begun before. Servers go by
 * their numbers, since places in a pool change.
 */
import { SLOTS } from "../../routing/cluster/slot.ts";
import type { ClusterRouter } from "../../routing/cluster/cluster_router.ts";
import type { Router } from "../../routing/router.ts";
import type { Backend } from "../backend.ts";

/** Changes of the layout that are remembered; fewer than there are stamps for epochs. */
const MOST_EPOCHS = 100;
/** Epochs that a cursor can tell apart. */
export const EPOCH_STAMPS = 128;

/** Stands for a server that is not known. */
export const ANYBODY = 0xffff;

/** A slot's way from one server to another; 0 stands for nobody. */
export interface Move {
  readonly from: number;
  readonly to: number;
}

/** What changed with one epoch. */
interface Change {
  readonly epoch: number;
  readonly moves: readonly Move[];
}

/** The moves in one pool. */
export class SlotMoves {
  /** The epoch behind which all is remembered. */
  #since: number;
  #epoch: number;
  #owners: Uint16Array;
  /** Of servers, by their numbers. */
  #configEpochs: Map<number, number>;
  #changes: Change[] = [];

  constructor(router: Router, backends: readonly Backend[]) {
    this.#since = this.#epoch = router.epoch;
    this.#owners = ownerNumbers(router, backends);
    this.#configEpochs = configEpochsIn(router, backends);
  }

  /** Takes note of a new layout. */
  note(router: Router, backends: readonly Backend[]): void {
    const owners = ownerNumbers(router, backends);
    const configEpochs = configEpochsIn(router, backends);
    const moves = this.movesTo(owners, configEpochs);
    this.#owners = owners;
    this.#configEpochs = configEpochs;
    this.#epoch = router.epoch;
    if (moves.length > 0) this.#changes.push({ epoch: router.epoch, moves });
    if (this.#changes.length > MOST_EPOCHS) this.#changes.shift();
    this.#since = Math.max(this.#since, this.#epoch - MOST_EPOCHS);
  }

  /** What stands in cursors for the current epoch. */
  get stamp(): number {
    return this.#epoch % EPOCH_STAMPS;
  }

  /** How many epochs ago it was the one with that stamp; null when that is not known any more. */
  age(stamp: number): number | null {
    const age = (this.#epoch - stamp % EPOCH_STAMPS + EPOCH_STAMPS) % EPOCH_STAMPS;
    return this.#epoch - age < this.#since ? null : age;
  }

  /** What has moved in the last so many epochs. */
  ofLast(epochs: number): Move[] {
    return this.#changes.filter(({ epoch }) => epoch > this.#epoch - epochs).flatMap(({ moves }) => moves);
  }

  /**
   * How a table of owners' numbers, and servers' configuration epochs, differ from the current layout. Shape: each pair
   * of servers once. A server of a higher epoch took slots over, even if all are where they were.
   */
  movesTo(owners: Uint16Array, configEpochs: ReadonlyMap<number, number>): Move[] {
    const pairs = new Map<number, Move>();
    for (let slot = 0; slot < SLOTS; slot++) {
      const [from, to] = [this.#owners[slot]!, owners[slot]!];
      if (from !== to && to !== 0) pairs.set(from * 0x10000 + to, { from, to });
    }
    const raised = [...configEpochs].filter(([number, epoch]) =>
      epoch > (this.#configEpochs.get(number) ?? 0)
    );
    return [...pairs.values(), ...raised.map(([to]) => ({ from: ANYBODY, to }))];
  }

  /** The current owners' numbers, for whoever changes some. */
  get owners(): Uint16Array {
    return this.#owners.slice();
  }
}

function ownerNumbers(router: Router, backends: readonly Backend[]): Uint16Array {
  return Uint16Array.from({ length: SLOTS }, (_, slot) => backends[router.ownerOf(slot)]?.number ?? 0);
}

function configEpochsIn(router: Router, backends: readonly Backend[]): Map<number, number> {
  const { configEpochs } = router as ClusterRouter;
  return new Map(backends.map(({ number }, i) => [number, configEpochs[i] ?? 0]));
}
