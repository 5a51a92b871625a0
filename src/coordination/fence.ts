/**
 * What tells a controller's orders from those of controllers before it. Epochs count elections and only grow; above
 * them stands the generation of the store, which an operator raises when the store was lost or brought back from an
 * old copy and may count from a lower epoch again. Pure.
 */

/** Where the store keeps its generation; a store that has no such key is of the first. */
export const GENERATION_KEY = "generation";
/** The generation of a store that nobody ever had to restore. */
export const FIRST_GENERATION = 1;
/** What stands there while keys are being restored: nobody may act on what he reads meanwhile. */
export const RESTORING = "restoring";

/** A rank of orders. */
export interface Fence {
  readonly generation: number;
  readonly epoch: number;
}

/** Before all controllers there were. */
export const NO_FENCE: Fence = { generation: 0, epoch: 0 };

/** Negative when `a` comes before `b`, zero when they are the same. */
export function compareFences(a: Fence, b: Fence): number {
  return a.generation - b.generation || a.epoch - b.epoch;
}

/** `1.42`: generation and epoch. */
export function formatFence({ generation, epoch }: Fence): string {
  return `${generation}.${epoch}`;
}

/** Null when the text is no fence. */
export function parseFence(text: string): Fence | null {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text);
  return match === null ? null : { generation: Number(match[1]), epoch: Number(match[2]) };
}

/** The generation that a store says; null when keys are being restored, or it is no generation. */
export function readGeneration(value: string | undefined): number | null {
  if (value === undefined) return FIRST_GENERATION;
  return /^[1-9]\d{0,14}$/.test(value) ? Number(value) : null;
}

/** Remembers the latest fence of orders and topologies it has let pass, and lets nothing older pass any more. */
export class FenceGate {
  #latest: Fence;

  constructor(latest: Fence = NO_FENCE) {
    this.#latest = latest;
  }

  /** The latest that has passed. */
  get latest(): Fence {
    return this.#latest;
  }

  /** False for what is older than what has passed. */
  pass(fence: Fence): boolean {
    if (compareFences(fence, this.#latest) < 0) return false;
    this.#latest = fence;
    return true;
  }
}
