/**
 * The ways a stream's bytes can arrive. A scanner must find the same in all of them, so every case is run whole, byte
 * by byte, and cut at every offset.
 */

/** A piece of the stream: `bytes[start, end)`, with other bytes around it that must not be looked at. */
export interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** One way for the bytes to arrive, with a name for failures. */
export interface Arrival {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

/** What stands around a piece: digits would change a number that is read too far. */
const AROUND = 7;
const DIGIT = "7".charCodeAt(0);

/** Whole, byte by byte, and in two pieces for every offset. */
export function* everyCut(bytes: Uint8Array): Generator<Arrival> {
  yield { name: "whole", pieces: cutAt(bytes, []) };
  yield { name: "byte by byte", pieces: cutAt(bytes, range(1, bytes.length)) };
  for (const at of range(1, bytes.length)) yield { name: `cut at ${at}`, pieces: cutAt(bytes, [at]) };
}

/** The pieces between ascending offsets; each is a copy, as chunks of a connection are. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): Piece[] {
  const bounds = [0, ...offsets, bytes.length];
  return bounds.slice(1).map((end, i) => surround(bytes.subarray(bounds[i]!, end)));
}

function surround(part: Uint8Array): Piece {
  const bytes = Buffer.alloc(part.length + 2 * AROUND, DIGIT);
  bytes.set(part, AROUND);
  return { bytes, start: AROUND, end: AROUND + part.length };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
