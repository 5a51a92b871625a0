import { int32At, int32Before } from "./little_endian.ts";

/** Start value of lookup3 with the initial value nutcracker passes, before the length is added. */
const START = 0xdeadbeef + 13;

/**
 * Bob Jenkins' lookup3 (`hashlittle`) of `bytes[start, end)`, uint32.
 *
 * Cost: one mix of three words per twelve bytes; allocates nothing.
 * Source: http://burtleburtle.net/bob/c/lookup3.c
 */
export function jenkins(bytes: Uint8Array, start: number, end: number): number {
  let a = (START + (end - start)) | 0;
  let b = a;
  let c = a;
  if (start === end) return c >>> 0;
  let at = start;
  // The last one to twelve bytes are kept for the final mix.
  for (; end - at > 12; at += 12) {
    a = (a + int32At(bytes, at)) | 0;
    b = (b + int32At(bytes, at + 4)) | 0;
    c = (c + int32At(bytes, at + 8)) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  a = (a + int32Before(bytes, at, end)) | 0;
  b = (b + int32Before(bytes, at + 4, end)) | 0;
  c = (c + int32Before(bytes, at + 8, end)) | 0;
  c = (c ^ b) - rotate(b, 14);
  a = (a ^ c) - rotate(c, 11);
  b = (b ^ a) - rotate(a, 25);
  c = (c ^ b) - rotate(b, 16);
  a = (a ^ c) - rotate(c, 4);
  b = (b ^ a) - rotate(a, 14);
  c = (c ^ b) - rotate(b, 24);
  return c >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
