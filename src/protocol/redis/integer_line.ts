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
  #malformed = false;

  /** Begins anew. */
  start(): void {
    this.#number = 0;
    this.#digits = 0;
    this.#negative = false;
    this.#malformed = false;
  }

  /** Reads a sign and digits up to the first byte that is neither, or to `end`; answers where that is. */
  scan(chunk: Uint8Array, from: number, end: number): number {
    let p = from;
    for (; p < end; p++) {
      const byte = chunk[p]!;
      if (byte === MINUS && this.#digits === 0 && !this.#negative) {
        this.#negative = true;
      } else if (byte >= ZERO && byte <= NINE) {
        this.#add(byte - ZERO);
      } else {
        break;
      }
    }
    return p;
  }

  /** The integer, or `NOT_AN_INTEGER`. */
  get value(): number {
    if (this.#malformed || this.#digits === 0 || (this.#negative && this.#number === 0)) {
      return NOT_AN_INTEGER;
    }
    return this.#negative ? -this.#number : this.#number;
  }

  #add(digit: number): void {
    const leadingZero = this.#digits > 0 && this.#number === 0;
    if (leadingZero || this.#digits === MAX_DIGITS) this.#malformed = true;
    if (this.#malformed) return;
    this.#number = this.#number * 10 + digit;
    this.#digits++;
  }
}
