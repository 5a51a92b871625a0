/**
 * From a key to its slot, in the two ways there are: 1024 slots as Codis has them, 16384 as Redis Cluster has them.
 *
 *     codis    CRC-32 (IEEE) of the tag or key, modulo 1024     an empty tag counts: {}x is hashed as nothing
 *     crc16    CRC-16 (XMODEM) of the tag or key, modulo 16384  an empty tag doesn't: {}x is hashed as {}x
 *
 * The tag lies between the first `{` and the first `}` behind it. Source: Codis 3.2 proxy/mapper; Redis Cluster
 * specification, "Hash tags".
 */
import { crc16 } from "../../hash/crc16.ts";
import { crc32a } from "../../hash/crc32a.ts";

/** How `hash:` of a slot pool may be written. */
export const SLOT_HASHES = ["codis", "crc16"] as const;
/** One of them. */
export type SlotHashName = (typeof SLOT_HASHES)[number];

const OPEN = 123;
const CLOSE = 125;
const CODIS_SLOTS = 1024;
const CLUSTER_SLOTS = 16384;

/** Finds slots of keys. Cost: one pass over the key; allocates nothing. */
export class SlotHash {
  readonly name: SlotHashName;
  /** How many slots there are; a power of two. */
  readonly count: number;
  /** Where the part that was hashed last begins and ends. */
  start = 0;
  end = 0;
  readonly #isCodis: boolean;

  constructor(name: SlotHashName) {
    this.name = name;
    this.#isCodis = name === "codis";
    this.count = this.#isCodis ? CODIS_SLOTS : CLUSTER_SLOTS;
  }

  /** The slot of the key in `bytes[start, end)`, in [0, count). */
  slotOf(bytes: Uint8Array, start: number, end: number): number {
    this.#locate(bytes, start, end);
    const hash = this.#isCodis ? crc32a(bytes, this.start, this.end) : crc16(bytes, this.start, this.end);
    return hash & (this.count - 1);
  }

  #locate(bytes: Uint8Array, start: number, end: number): void {
    this.start = start;
    this.end = end;
    let open = start;
    while (open < end && bytes[open] !== OPEN) open++;
    let close = open + 1;
    while (close < end && bytes[close] !== CLOSE) close++;
    if (close >= end || (close === open + 1 && !this.#isCodis)) return;
    this.start = open + 1;
    this.end = close;
  }
}
