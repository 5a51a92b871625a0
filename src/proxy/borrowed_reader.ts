/** The request reader of a session, which it has only while a request of its is being read. */
import type { Pool } from "./pool.ts";
import type { RequestReader } from "./protocol.ts";

/** A reader, or none. */
export class BorrowedReader {
  reader: RequestReader | null = null;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The reader; one of the pool's if there was none. */
  take(): RequestReader {
    return this.reader ??= this.#pool.takeReader();
  }

  /** Gives it back, if there is one. */
  giveBack(): void {
    if (this.reader === null) return;
    this.#pool.giveReader(this.reader);
    this.reader = null;
  }
}
