/**
 * How many clients the workers of an instance have, counted in memory they all see, so that limits hold for all of
 * them together. Each worker writes a column of its own; what a dead one leaves behind is cleared by its supervisor.
 *
 *            worker 0   worker 1   …
 *     all          12          9
 *     pool a        7          4
 *     pool b        5          5
 */

/** The row of the clients of all pools. */
export const ALL_POOLS = 0;
/** Rows there are: pools an instance can have in its life, and one more. */
export const SEAT_ROWS = 1024;
/** Columns there are: workers an instance can have. */
export const SEAT_COLUMNS = 64;
/** Bytes of the whole table. */
export const SEAT_BYTES = SEAT_ROWS * SEAT_COLUMNS * Int32Array.BYTES_PER_ELEMENT;

/** One worker's view of the table. */
export class Seats {
  readonly #cells: Int32Array;
  readonly #column: number;

  /** `bytes` has `SEAT_BYTES` bytes; by default nobody else sees them. */
  constructor(bytes: Uint8Array = new Uint8Array(SEAT_BYTES), column = 0) {
    this.#cells = new Int32Array(bytes.buffer, bytes.byteOffset, SEAT_ROWS * SEAT_COLUMNS);
    this.#column = column;
  }

  /** Clients of a row, over all workers. */
  taken(row: number): number {
    let sum = 0;
    for (let i = row * SEAT_COLUMNS; i < (row + 1) * SEAT_COLUMNS; i++) sum += Atomics.load(this.#cells, i);
    return sum;
  }

  /**
   * Takes a seat for a client of this worker, unless the row has `most` already or all rows `mostOfAll`; 0: there
   * are always some. It is taken before it is counted: of two workers that want the last one, both may go without,
   * but never have both.
   */
  take(row: number, most: number, mostOfAll: number): boolean {
    this.#change(row, 1);
    const fits = (most === 0 || this.taken(row) <= most) &&
      (mostOfAll === 0 || this.taken(ALL_POOLS) <= mostOfAll);
    if (!fits) this.#change(row, -1);
    return fits;
  }

  /** A client of this worker went. */
  giveBack(row: number): void {
    this.#change(row, -1);
  }

  /** Forgets the clients of this column, whose worker is gone. */
  clear(): void {
    for (let row = 0; row < SEAT_ROWS; row++) {
      Atomics.store(this.#cells, row * SEAT_COLUMNS + this.#column, 0);
    }
  }

  #change(row: number, delta: number): void {
    Atomics.add(this.#cells, row * SEAT_COLUMNS + this.#column, delta);
    Atomics.add(this.#cells, ALL_POOLS * SEAT_COLUMNS + this.#column, delta);
  }
}
