/**
 * MD5 without allocation, because both the `md5` hash and the ketama continuum need it: Bun's and Node's
 * crypto make an object and a buffer per digest.
 *
 * Source: RFC 1321. The scratch below belongs to the one digest being computed; nothing of it outlives the
 * call.
 */
import { int32At } from "./little_endian.ts";

const BLOCK_BYTES = 64;
/** Where in the last block the length in bits begins. */
const LENGTH_AT = 56;

/** RFC 1321's T[1..64]: the integer part of 2^32 times |sin i|. */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
/** The block being mixed, as words. */
const words = new Int32Array(16);
/** The message's end with its padding: one block, or two. */
const lastBlocks = new Uint8Array(2 * BLOCK_BYTES);

/**
 * Writes the MD5 of `bytes[start, end)` to `digest`.
 *
 * Shape: four int32; word n holds digest bytes 4n to 4n+3, least significant first.
 * Cost: about 64 steps per 64 bytes; allocates nothing.
 */
export function md5Digest(bytes: Uint8Array, start: number, end: number, digest: Int32Array): void {
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  let at = start;
  for (; end - at >= BLOCK_BYTES; at += BLOCK_BYTES) mixBlock(bytes, at, digest);
  const rest = end - at;
  for (let i = 0; i < rest; i++) lastBlocks[i] = bytes[at + i]!;
  lastBlocks[rest] = 0x80;
  const total = rest < LENGTH_AT ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  lastBlocks.fill(0, rest + 1, total);
  writeBitLength(end - start, total - 8);
  for (let i = 0; i < total; i += BLOCK_BYTES) mixBlock(lastBlocks, i, digest);
}

/** Bits of `byteLength` as eight bytes, least significant first. */
function writeBitLength(byteLength: number, at: number): void {
  const low = byteLength << 3;
  const high = byteLength >>> 29;
  for (let i = 0; i < 4; i++) {
    lastBlocks[at + i] = low >>> (8 * i);
    lastBlocks[at + 4 + i] = high >>> (8 * i);
  }
}

/** Four steps per turn of each loop, so that the four registers change roles without being moved. */
function mixBlock(bytes: Uint8Array, at: number, digest: Int32Array): void {
  for (let i = 0; i < 16; i++) words[i] = int32At(bytes, at + 4 * i);
  let a = digest[0]!;
  let b = digest[1]!;
  let c = digest[2]!;
  let d = digest[3]!;
  for (let i = 0; i < 16; i += 4) {
    a = step(a, b, (b & c) | (~b & d), i, i, 7);
    d = step(d, a, (a & b) | (~a & c), i + 1, i + 1, 12);
    c = step(c, d, (d & a) | (~d & b), i + 2, i + 2, 17);
    b = step(b, c, (c & d) | (~c & a), i + 3, i + 3, 22);
  }
  for (let i = 16; i < 32; i += 4) {
    a = step(a, b, (b & d) | (c & ~d), i, 5 * i + 1, 5);
    d = step(d, a, (a & c) | (b & ~c), i + 1, 5 * i + 6, 9);
    c = step(c, d, (d & b) | (a & ~b), i + 2, 5 * i + 11, 14);
    b = step(b, c, (c & a) | (d & ~a), i + 3, 5 * i + 16, 20);
  }
  for (let i = 32; i < 48; i += 4) {
    a = step(a, b, b ^ c ^ d, i, 3 * i + 5, 4);
    d = step(d, a, a ^ b ^ c, i + 1, 3 * i + 8, 11);
    c = step(c, d, d ^ a ^ b, i + 2, 3 * i + 11, 16);
    b = step(b, c, c ^ d ^ a, i + 3, 3 * i + 14, 23);
  }
  for (let i = 48; i < 64; i += 4) {
    a = step(a, b, c ^ (b | ~d), i, 7 * i, 6);
    d = step(d, a, b ^ (a | ~c), i + 1, 7 * i + 7, 10);
    c = step(c, d, a ^ (d | ~b), i + 2, 7 * i + 14, 15);
    b = step(b, c, d ^ (c | ~a), i + 3, 7 * i + 21, 21);
  }
  digest[0] = digest[0]! + a;
  digest[1] = digest[1]! + b;
  digest[2] = digest[2]! + c;
  digest[3] = digest[3]! + d;
}

/**
 * One step: `register` takes in `mixed`, a word and a sine, turns by `bits`, and is set upon its neighbour.
 */
function step(
  register: number,
  next: number,
  mixed: number,
  sine: number,
  word: number,
  bits: number,
): number {
  const sum = (register + mixed + SINES[sine]! + words[word & 15]!) | 0;
  return (((sum << bits) | (sum >>> (32 - bits))) + next) | 0;
}
