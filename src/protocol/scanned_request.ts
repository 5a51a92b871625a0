/**
 * A request as a scanner found it: its bytes, and for every argument where it begins and ends. An argument is two
 * offsets in reused typed arrays, nothing more.
 */
import type { Arguments } from "./arguments.ts";
import { HeldBytes } from "./held_bytes.ts";

const FIRST_ROOM = 64;
/** Offset arrays that have grown beyond this many arguments are given back. */
const MOST_KEPT = 4096;
/** What the two offsets of an argument take. */
const OFFSET_BYTES = 8;

/**
 * One request.
 *
 * Shape: the arguments are reached through the `Arguments` methods, the whole through `bytes[from, to)`, or through
 * `held` when `bytes` is null (a large request that came in several chunks). All is valid until the next scan.
 */
export class ScannedRequest implements Arguments {
  /** Number of arguments, the command's name included. */
  count = 0;
  /** The buffer that holds the whole request, or null when it is spread over `held`. */
  bytes: Uint8Array | null = null;
  /** Where the request begins in `bytes`; 0 when it is spread over `held`. */
  from = 0;
  /** Behind the request's last byte. */
  to = 0;
  /** What earlier chunks left of the request in progress. */
  readonly held: HeldBytes = new HeldBytes();
  /** Where each argument begins, counted as `from` is. */
  protected starts: Int32Array = new Int32Array(FIRST_ROOM);
  /** Where each argument ends, counted as `from` is. */
  protected ends: Int32Array = new Int32Array(FIRST_ROOM);

  /** Bytes it keeps in memory: those of the request, and the offsets of its arguments when they are many. */
  get heldBytes(): number {
    const { length } = this.starts;
    return this.held.length + (length > MOST_KEPT ? length * OFFSET_BYTES : 0);
  }

  /** The whole request in a buffer that stays as it is. */
  copy(): Uint8Array {
    return this.bytes === null ? this.held.join() : Buffer.from(this.bytes.subarray(this.from, this.to));
  }

  /** Argument `index` in a buffer of its own. */
  copyOf(index: number): Buffer {
    return this.copyRange(this.starts[index]!, this.ends[index]!);
  }

  /** Bytes `from` to `to`, counted as `from` is, in a buffer of their own. */
  copyRange(from: number, to: number): Buffer {
    if (this.bytes !== null) return Buffer.from(this.bytes.subarray(from, to));
    const copy = Buffer.allocUnsafe(to - from);
    let at = 0;
    this.held.forEachSlice(from, to, (bytes, start, end) => {
      copy.set(bytes.subarray(start, end), at);
      at += end - start;
    });
    return copy;
  }

  bytesOf(index: number): Uint8Array {
    return this.bytes ?? this.held.contiguous(this.starts[index]!, this.ends[index]!);
  }

  start(index: number): number {
    if (this.bytes !== null) return this.starts[index]!;
    return this.held.contiguousStart(this.starts[index]!, this.ends[index]!);
  }

  /** Behind the last byte of argument `index`, in `bytesOf(index)`. */
  end(index: number): number {
    if (this.bytes !== null) return this.ends[index]!;
    return this.start(index) + this.ends[index]! - this.starts[index]!;
  }

  /** Makes room for the offsets of `count` arguments; those that are there stay. */
  protected grow(count: number): void {
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    starts.set(this.starts);
    ends.set(this.ends);
    this.starts = starts;
    this.ends = ends;
  }

  /** Gives back what an unusually long request needed. */
  protected shrink(): void {
    if (this.starts.length <= MOST_KEPT) return;
    this.starts = new Int32Array(FIRST_ROOM);
    this.ends = new Int32Array(FIRST_ROOM);
  }
}
