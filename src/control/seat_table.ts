/** The table of clients in memory that worker processes share: a file without a name, which ends with its supervisor. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SEAT_BYTES, Seats } from "../proxy/mod.ts";

/** The shared table. */
export class SeatTable {
  /** Where workers find it. */
  readonly path: string;
  readonly #descriptor: number;
  readonly #bytes: Uint8Array;

  /** Makes an empty one. Linux only: elsewhere a file without a name can't be opened again. */
  constructor() {
    const folder = mkdtempSync(join(tmpdir(), "sennit-"));
    const file = join(folder, "seats");
    this.#descriptor = openSync(file, "w+", 0o600);
    ftruncateSync(this.#descriptor, SEAT_BYTES);
    this.#bytes = Bun.mmap(file, { shared: true });
    rmSync(folder, { recursive: true });
    this.path = `/proc/${process.pid}/fd/${this.#descriptor}`;
  }

  /** Forgets the clients of a worker that is gone. */
  clear(slot: number): void {
    new Seats(this.#bytes, slot).clear();
  }

  /** Lets go of it. */
  close(): void {
    closeSync(this.#descriptor);
  }
}
