/**
 * Finds where each reply ends in a server's bytes. Knows every type of RESP2 and RESP3 and looks at no payload:
 * bulk bodies are counted down, then the line end behind them is checked. How deep a reply nests doesn't matter for
 * where it ends, so one counter of values still to come replaces a stack.
 *
 * Any split of the input gives the same result; the place is kept in fields. Source: RESP specification,
 * redis.io/docs/reference/protocol-spec.
 */
import {
  ARRAY,
  ATTRIBUTE,
  BIG_NUMBER,
  BOOLEAN,
  BULK,
  BULK_ERROR,
  CR,
  DOUBLE,
  ERROR,
  INTEGER,
  LF,
  MAP,
  MINUS,
  NINE,
  NULL,
  PUSH,
  SET,
  SIMPLE,
  VERBATIM,
  ZERO,
} from "./bytes.ts";
import { BROKEN, COMPLETE, INCOMPLETE, type ScanStatus } from "../scan_status.ts";

const TYPE = 0;
const LENGTH = 1;
const LENGTH_LF = 2;
const LINE = 3;
const BODY = 4;

/** More digits than any length needs; beyond it the stream isn't RESP. */
const MAX_LENGTH = 2 ** 40;

/** One reply at a time out of a server's byte stream. */
export class ReplyScanner {
  /** After COMPLETE: just behind the reply. */
  next = 0;

  #state = TYPE;
  /** Values still to come before the reply is whole. */
  #values = 1;
  #type = 0;
  #number = 0;
  #negative = false;
  #digits = 0;
  #bodyLeft = 0;
  #previous = 0;

  /** Payload bytes that are known to come before anything else has to be looked at. */
  get announced(): number {
    return this.#state === BODY ? this.#bodyLeft : 0;
  }

  /** Forgets a reply in progress. */
  reset(): void {
    this.#state = TYPE;
    this.#values = 1;
  }

  /** Looks at `chunk[pos, end)`: COMPLETE with `next`, INCOMPLETE, or BROKEN when this is no RESP. */
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    if (this.#state === TYPE && this.#values === 1) {
      const behind = endOfWhole(chunk, pos, end);
      if (behind > 0) {
        this.next = behind;
        return COMPLETE;
      }
    }
    return this.#scanOn(chunk, pos, end);
  }

  #scanOn(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    let p = pos;
    while (p < end) {
      switch (this.#state) {
        case TYPE: {
          // Elements of nested and of long arrays: half of what the states below cost them (bench/reply_scanner.ts).
          const behind = endOfValue(chunk, p, end);
          if (behind > 0) {
            p = behind;
            this.#valueEnded();
            break;
          }
          const type = chunk[p]!;
          if (!this.#begin(type)) return BROKEN;
          p++;
          break;
        }
        case LINE: {
          const byte = chunk[p++]!;
          if (byte === LF && this.#previous === CR) this.#valueEnded();
          this.#previous = byte;
          break;
        }
        case LENGTH: {
          const byte = chunk[p++]!;
          if (byte >= ZERO && byte <= NINE) {
            this.#number = this.#number * 10 + byte - ZERO;
            this.#digits++;
            if (this.#number > MAX_LENGTH) return BROKEN;
          } else if (byte === MINUS && this.#digits === 0 && !this.#negative) {
            this.#negative = true;
          } else if (byte === CR && this.#digits > 0) {
            this.#state = LENGTH_LF;
          } else {
            return BROKEN;
          }
          break;
        }
        case LENGTH_LF:
          if (chunk[p++] !== LF || !this.#lengthEnded()) return BROKEN;
          break;
        case BODY: {
          const step = Math.min(this.#bodyLeft, end - p);
          p += step;
          this.#bodyLeft -= step;
          if (this.#bodyLeft < 2 && !endsAsItMust(chunk, p - step, p, this.#bodyLeft)) return BROKEN;
          if (this.#bodyLeft === 0) this.#valueEnded();
          break;
        }
      }
      if (this.#values === 0) {
        this.reset();
        this.next = p;
        return COMPLETE;
      }
    }
    return INCOMPLETE;
  }

  #begin(type: number): boolean {
    this.#type = type;
    switch (type) {
      case SIMPLE:
      case ERROR:
      case INTEGER:
      case NULL:
      case BOOLEAN:
      case DOUBLE:
      case BIG_NUMBER:
        this.#previous = 0;
        this.#state = LINE;
        return true;
      case BULK:
      case ARRAY:
      case BULK_ERROR:
      case VERBATIM:
      case MAP:
      case SET:
      case PUSH:
      case ATTRIBUTE:
        this.#number = 0;
        this.#negative = false;
        this.#digits = 0;
        this.#state = LENGTH;
        return true;
      default:
        return false;
    }
  }

  /** A length line is over: false when the length makes no sense for its type. */
  #lengthEnded(): boolean {
    const isNull = this.#negative;
    if (isNull && (this.#number !== 1 || (this.#type !== BULK && this.#type !== ARRAY))) return false;
    switch (this.#type) {
      case BULK:
      case BULK_ERROR:
      case VERBATIM:
        if (isNull) {
          this.#valueEnded();
        } else {
          this.#bodyLeft = this.#number + 2;
          this.#state = BODY;
        }
        return true;
      case MAP:
        this.#values += 2 * this.#number;
        break;
      case ATTRIBUTE:
        // What an attribute describes follows it, so it doesn't count as a value itself.
        this.#values += 2 * this.#number + 1;
        break;
      default:
        if (!isNull) this.#values += this.#number;
    }
    this.#valueEnded();
    return true;
  }

  #valueEnded(): void {
    this.#values--;
    this.#state = TYPE;
  }
}

/** Whether what `chunk[start, end)` has of the CRLF behind a body is right; `left` bytes of that are still to come. */
function endsAsItMust(chunk: Uint8Array, start: number, end: number, left: number): boolean {
  if (left === 1) return chunk[end - 1] === CR;
  return chunk[end - 1] === LF && (end - start < 2 || chunk[end - 2] === CR);
}

/**
 * The end of a reply that is one value, or an array of such, and whole in the chunk; else 0. Nearly all replies are,
 * and these loops keep nothing in fields.
 */
function endOfWhole(chunk: Uint8Array, pos: number, end: number): number {
  if (chunk[pos] !== ARRAY) return endOfValue(chunk, pos, end);
  let p = pos + 1;
  let count = 0;
  let byte = 0;
  while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
    count = count * 10 + byte - ZERO;
    p++;
  }
  if (byte !== CR || p - pos < 2 || p - pos > 8 || p + 1 >= end || chunk[p + 1] !== LF) return 0;
  p += 2;
  for (; count > 0; count--) {
    p = endOfValue(chunk, p, end);
    if (p === 0) return 0;
  }
  return p;
}

/** The end of a value that is one line or one bulk string and whole in the chunk, else 0. */
function endOfValue(chunk: Uint8Array, pos: number, end: number): number {
  if (pos >= end) return 0;
  const type = chunk[pos];
  let p = pos + 1;
  if (type === BULK) {
    let length = 0;
    let byte = 0;
    while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
      length = length * 10 + byte - ZERO;
      p++;
    }
    if (byte === MINUS && p === pos + 1) return endOfNull(chunk, p, end);
    if (byte !== CR || p - pos < 2 || p - pos > 10 || p + 1 >= end || chunk[p + 1] !== LF) return 0;
    p += length + 4;
    return p <= end && chunk[p - 1] === LF && chunk[p - 2] === CR ? p : 0;
  }
  if (type !== SIMPLE && type !== INTEGER && type !== ERROR) return 0;
  for (; p < end; p++) {
    if (chunk[p] === LF && chunk[p - 1] === CR) return p + 1;
  }
  return 0;
}

/** The end of a length line that says -1, from the minus sign on; 0 when it isn't whole, or says something else. */
function endOfNull(chunk: Uint8Array, p: number, end: number): number {
  const isNull = p + 4 <= end && chunk[p + 1] === ZERO + 1 && chunk[p + 2] === CR && chunk[p + 3] === LF;
  return isNull ? p + 4 : 0;
}
