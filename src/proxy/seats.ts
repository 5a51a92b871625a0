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
    for (let i = row * SEAT_COLUMNS; i < (row + 1) * SEAT_COLUMNS; i++) sum += this.#cells[i]!;
    return sum;
  }

  /** A client of this worker came (1) or went (-1). */
  change(row: number, delta: number): void {
    this.#cells[row * SEAT_COLUMNS + this.#column]! += delta;
    this.#cells[ALL_POOLS * SEAT_COLUMNS + this.#column]! += delta;
  }

  /** Forgets the clients of this column, whose worker is gone. */
  clear(): void {
    for (let row = 0; row < SEAT_ROWS; row++) this.#cells[row * SEAT_COLUMNS + this.#column] = 0;
  }
}
