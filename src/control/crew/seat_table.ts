/** The table of clients in memory that worker processes share: a file without a place, which ends with its processes. */
import { closeSync, ftruncateSync } from "node:fs";
import { FFIType } from "bun:ffi";
import { SEAT_BYTES, Seats } from "../../proxy/mod.ts";
import { loadFunctions } from "../../transport/c_library.ts";

/** From Linux's headers: no child inherits it unless it is given to it. */
const MFD_CLOEXEC = 1;

/** The shared table. Linux only. */
export class SeatTable {
  /** What workers inherit. */
  readonly descriptor: number;
  readonly #bytes: Uint8Array;
  #isOpen = true;

  /** Makes an empty one. Errors: throws where the system has no such memory. */
  constructor() {
    this.descriptor = createMemoryFile("sennit-seats");
    ftruncateSync(this.descriptor, SEAT_BYTES);
    this.#bytes = mapTable(this.descriptor);
  }

  /** Forgets the clients of a worker that is gone. */
  clear(slot: number): void {
    new Seats(this.#bytes, slot).clear();
  }

  /** Lets go of it. */
  close(): void {
    if (this.#isOpen) closeSync(this.descriptor);
    this.#isOpen = false;
  }
}

/** The table behind a descriptor of this process. */
export function mapTable(descriptor: number): Uint8Array {
  return Bun.mmap(`/proc/self/fd/${descriptor}`, { shared: true }).subarray(0, SEAT_BYTES);
}

function createMemoryFile(name: string): number {
  const c = loadFunctions({
    memfd_create: { args: [FFIType.cstring, FFIType.u32], returns: FFIType.i32 },
  });
  const descriptor = c?.memfd_create(Buffer.from(`${name}\0`), MFD_CLOEXEC) ?? -1;
  if (descriptor < 0) throw new Error("the system gives no memory that worker processes could share");
  return descriptor;
}
