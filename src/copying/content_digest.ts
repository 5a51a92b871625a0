/**
 * A digest of what a value is, whatever encoding a server keeps it in and in whatever order it tells its elements:
 * those of sets, hashes and sorted sets are hashed one by one, and the hashes sorted. An element that is told twice
 * counts once.
 *
 * Cost: 8 bytes per element of an unordered value while it is being read.
 */
import type { Element, PlainType } from "./elements.ts";

const ORDERED = new Set<string>(["string", "list", "stream"]);
const FIRST_CAPACITY = 64;

/** Takes elements in, and ends with the digest. */
export class ContentDigest {
  readonly #hasher = new Bun.CryptoHasher("sha256");
  readonly #isOrdered: boolean;
  readonly #type: PlainType | "stream";
  #hashes = new BigUint64Array(FIRST_CAPACITY);
  #count = 0;

  constructor(type: PlainType | "stream") {
    this.#isOrdered = ORDERED.has(type);
    this.#type = type;
    this.#hasher.update(`${type}\n`);
  }

  /** Adds elements; where order matters, in their order. Pieces of a string may be cut anywhere. */
  add(elements: readonly Element[]): void {
    for (const element of elements) {
      if (this.#type === "string") this.#hasher.update(element.key);
      else if (this.#isOrdered) this.addPart(element.key);
      else this.#addHash(hashOf(this.#type === "zset" ? withNumber(element) : element));
    }
  }

  /** Adds bytes whose place and length matter. */
  addPart(part: Buffer | string): void {
    this.#hasher.update(`${Buffer.byteLength(part)}:`).update(part);
  }

  /** Shape: `count` distinct elements, where they are unordered; else 0. The digest as hexadecimal digits. */
  finish(): { readonly digest: string; readonly count: number } {
    const sorted = this.#hashes.subarray(0, this.#count).sort();
    let count = 0;
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
    }
    this.#hasher.update(sorted.subarray(0, count));
    return { digest: this.#hasher.digest("hex").slice(0, 32), count };
  }

  #addHash(hash: bigint): void {
    if (this.#count === this.#hashes.length) {
      const larger = new BigUint64Array(2 * this.#count);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[this.#count++] = hash;
  }
}

/** A score in one writing, whatever the server's is. */
function withNumber({ key, value, expiresAtMs }: Element): Element {
  const text = value!.toString("latin1");
  const score = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
  return { key, value: Buffer.from(Float64Array.of(score).buffer), expiresAtMs };
}

/** Chained, so that no two elements are one by where they are cut into key and value. */
function hashOf({ key, value, expiresAtMs }: Element): bigint {
  const first = Bun.hash.xxHash64(key, 0n);
  if (value === null) return first;
  const second = Bun.hash.xxHash64(value, first);
  return expiresAtMs === null ? second : Bun.hash.xxHash64(String(expiresAtMs), second);
}
