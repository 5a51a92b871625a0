/**
 * The integer of a count or length line, read byte by byte, with its place kept in fields. As strict as Redis: no
 * plus sign, no leading zeros, no minus zero.
 */
import { MINUS, NINE, ZERO } from "./bytes.ts";

/** What `value` gives for text that is no integer. */
export const NOT_AN_INTEGER = -Infinity;

const MAX_DIGITS = 10;

/** Reads one integer at a time. */
export class IntegerLine {
  #number = 0;
  #digits = 0;
  #negative = false;

  /** Begins anew. */
  start(): void {
    this.#number = 0;
    this.#digits = 0;
    this.#negative = false;
  }

  /**
   * Reads a sign and digits up to the first byte that can't belong to the integer, or to `end`; answers where that is.
   * A digit too many can't belong to it either: otherwise a line of digits without an end would be kept for long.
   */
  scan(chunk: Uint8Array, from: number, end: number): number {
    let p = from;
    for (; p < end; p++) {
      const byte = chunk[p]!;
      if (byte === MINUS && this.#digits === 0 && !this.#negative) {
        this.#negative = true;
      } else if (byte >= ZERO && byte <= NINE && this.#hasRoom) {
        this.#number = this.#number * 10 + byte - ZERO;
        this.#digits++;
      } else {
        break;
      }
    }
    return p;
  }

  /** The integer, or `NOT_AN_INTEGER`. */
  get value(): number {
    if (this.#digits === 0 || (this.#negative && this.#number === 0)) return NOT_AN_INTEGER;
    return this.#negative ? -this.#number : this.#number;
  }

  /** Whether a further digit may follow: none does behind a leading zero, nor behind as many as there may be. */
  get #hasRoom(): boolean {
    return this.#digits < MAX_DIGITS && (this.#number > 0 || this.#digits === 0);
  }
}
