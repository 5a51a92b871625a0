/** Chance that can be repeated: every draw follows from one seed, which is printed and can be given in `SEED`. */

const UINT32 = 2 ** 32;

/** The seed of this run; a 32-bit number. Give it to fast-check too: `fc.assert(…, { seed: SEED })`. */
export const SEED = process.env.SEED ? Number(process.env.SEED) | 0 : Math.floor(Math.random() * UINT32) | 0;

console.error(`SEED=${SEED} repeats what chance did in this run`);

/** Pseudo-random draws; two with the same seed and salt draw the same. */
export class Random {
  #state: number;

  /** `salt` tells the sequences of one run apart. */
  constructor(salt = "", seed = SEED) {
    this.#state = (Bun.hash.crc32(salt) ^ seed) | 0;
  }

  /** In [0, 1). Source: "mulberry32", Tommy Ettinger, public domain. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / UINT32;
  }

  /** A whole number in [from, to], both included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** One of `choices`. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** So many bytes of any value. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.integer(0, 255));
  }
}
