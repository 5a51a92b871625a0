/**
 * The first key of a request, for the slow log. Nobody knows yet whether the request will be slow, and an object per
 * key would cost too much: so the record refers to the chunk the key came in, if that is small enough to be kept alive
 * until the reply. From a larger one, whose memory may be used again at any time, the key is copied to a slab that
 * many keys share. Either way the key that is shown is the request's own.
 */
import type { ScannedRequest } from "../protocol/scanned_request.ts";

/** Who knows a request's first key: `key[keyStart, keyEnd)`. */
export interface KeyHolder {
  key: Uint8Array | null;
  keyStart: number;
  keyEnd: number;
}

/** Bytes of a key that are of interest. */
const SHOWN_BYTES = 128;
/** Larger chunks are not kept alive; bytes. */
const LARGEST_CHUNK = 8 * 1024;
const SLAB_BYTES = 8 * 1024;

let slab: Uint8Array = new Uint8Array(SLAB_BYTES);
let used = 0;

/** Notes that argument `index` of `request` is the first key of `record`. Cost: a copy of the key at most. */
export function noteKey(record: KeyHolder, request: ScannedRequest, index: number): void {
  const bytes = request.bytesOf(index);
  const start = request.start(index);
  const end = request.end(index);
  if (bytes.length <= LARGEST_CHUNK) {
    record.key = bytes;
    record.keyStart = start;
    record.keyEnd = end;
  } else {
    copyKey(record, bytes, start, Math.min(end, start + SHOWN_BYTES));
  }
}

/** The key's first bytes, one character each; empty when there is no key. */
export function keyText({ key, keyStart, keyEnd }: KeyHolder): string {
  if (key === null) return "";
  const shown = key.subarray(keyStart, Math.min(keyEnd, keyStart + SHOWN_BYTES));
  return Buffer.from(shown).toString("latin1");
}

function copyKey(record: KeyHolder, bytes: Uint8Array, start: number, end: number): void {
  const size = end - start;
  if (used + size > SLAB_BYTES) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  for (let i = 0; i < size; i++) slab[used + i] = bytes[start + i]!;
  record.key = slab;
  record.keyStart = used;
  used += size;
  record.keyEnd = used;
}
