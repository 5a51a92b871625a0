/**
 * Who still needs a large chunk, counted, so that its memory is free for the next one at once. Left to the collector,
 * chunks cycle through tens of megabytes of cold memory before they are used again.
 *
 * Whoever keeps a chunk beyond the event it came with holds it, and releases it at most once for that. Not to release
 * it is harmless: the collector finds it then, as any other. Buffers that were never tracked are left alone.
 */

/** Smaller chunks are not worth it; bytes. */
const TRACKED_FROM = 16 * 1024;

interface Chunk extends Uint8Array<ArrayBuffer> {
  holds?: number;
}

/** Begins to count: a chunk that has just come is held by whoever reads it. */
export function track(chunk: Uint8Array): void {
  if (chunk.length >= TRACKED_FROM) (chunk as Chunk).holds = 1;
}

/** Keeps the chunk behind `bytes`, if it is one. */
export function hold(bytes: Uint8Array): void {
  if (bytes.length < TRACKED_FROM) return;
  const chunk = bytes as Chunk;
  if (chunk.holds !== undefined) chunk.holds++;
}

/** Lets go of the chunk behind `bytes`, if it is one; the last to do so frees its memory, and nothing of it can be read any more. */
export function release(bytes: Uint8Array): void {
  if (bytes.length < TRACKED_FROM) return;
  const chunk = bytes as Chunk;
  if (chunk.holds !== undefined && --chunk.holds === 0) chunk.buffer.transfer(0);
}
