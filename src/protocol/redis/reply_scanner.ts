/**
 * Finds where each reply ends in a server's bytes. Knows every type of RESP2 and RESP3 and looks at no payload:
 * bulk bodies are counted down, then the line end behind them is checked. How deep a reply nests doesn't matter for
 * where it ends, so one counter of values still to come replaces a stack; only aggregates of unknown length (`*?`),
 * which no server sends today, put the counter aside.
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
  END,
  ERROR,
  INTEGER,
  LF,
  MAP,
  MINUS,
  NINE,
  NULL,
  PART,
  PUSH,
  SET,
  SIMPLE,
  STREAMED,
  VERBATIM,
  ZERO,
} from "./bytes.ts";
import { endOfValue, endOfWhole } from "./whole_reply.ts";
import { BROKEN, COMPLETE, INCOMPLETE, type ScanStatus } from "../scan_status.ts";

const TYPE = 0;
const LENGTH = 1;
const LENGTH_LF = 2;
const LINE = 3;
const BODY = 4;
const LENGTH_CR = 5;

/** `#values` between the elements of a streamed aggregate: more than all that elements can have still to come. */
const NEXT_ELEMENT = 2 ** 52;
/** `#values` between the parts of a streamed string. */
const NEXT_PART = -1;
/** Streamed aggregates inside each other; far more than any server sends. */
const DEEPEST = 128;

const NO_REPLY = "the server's reply is no valid reply";
const UNASKED = "the server sent a push that nobody asked for";
/** More digits than any length needs; beyond it the stream isn't RESP. */
const MAX_LENGTH = 2 ** 40;

/** One reply at a time out of a server's byte stream. */
export class ReplyScanner {
  /** After COMPLETE: just behind the reply. */
  next = 0;

  /** After BROKEN: what is wrong. */
  fault = "";

  #state = TYPE;
  /** Values still to come before the reply is whole; inside of what is streamed, beyond its next element. */
  #values = 1;
  /** Values still to come behind each string or aggregate that is being streamed. */
  readonly #behind: number[] = [];
  #type = 0;
  #number = 0;
  #negative = false;
  #digits = 0;
  #bodyLeft = 0;
  #previous = 0;
  readonly #takesPushes: boolean;

  /** `takesPushes`: what the server says unasked is a reply like any other. */
  constructor(takesPushes = false) {
    this.#takesPushes = takesPushes;
  }

  /** Payload bytes that are known to come before anything else has to be looked at. */
  get announced(): number {
    return this.#state === BODY ? this.#bodyLeft : 0;
  }

  /** Forgets a reply in progress. */
  reset(): void {
    this.#state = TYPE;
    this.#values = 1;
    this.#behind.length = 0;
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
    const status = this.#scanOn(chunk, pos, end);
    if (status === BROKEN) this.fault = this.#type === PUSH ? UNASKED : NO_REPLY;
    return status;
  }

  #scanOn(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    let p = pos;
    while (p < end) {
      switch (this.#state) {
        case TYPE: {
          if (this.#behind.length > 0 && this.#isStreamOn(chunk[p]!)) {
            p++;
            break;
          }
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
          } else if (byte === STREAMED && this.#digits === 0 && !this.#negative && mayStream(this.#type)) {
            this.#number = NEXT_ELEMENT;
            this.#state = LENGTH_CR;
          } else {
            return BROKEN;
          }
          break;
        }
        case LENGTH_CR:
          if (chunk[p++] !== CR) return BROKEN;
          this.#state = LENGTH_LF;
          break;
        case LENGTH_LF:
          if (chunk[p++] !== LF || !this.#lengthEnded()) return BROKEN;
          break;
        case BODY: {
          const step = Math.min(this.#bodyLeft, end - p);
          p += step;
          this.#bodyLeft -= step;
          if (this.#bodyLeft < 2 && !endsAsItMust(chunk, p - step, p, this.#bodyLeft)) return BROKEN;
          if (this.#bodyLeft > 0) break;
          if (this.#values === NEXT_PART) this.#state = TYPE;
          else this.#valueEnded();
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
      case ATTRIBUTE:
        this.#beginLength();
        return true;
      case PUSH:
        this.#beginLength();
        return this.#takesPushes;
      default:
        return false;
    }
  }

  #beginLength(): void {
    this.#number = 0;
    this.#negative = false;
    this.#digits = 0;
    this.#state = LENGTH;
  }

  /** Inside of what is streamed: whether this is the first byte of a part or of the end, not of an element. */
  #isStreamOn(type: number): boolean {
    const isNext = this.#values === NEXT_ELEMENT;
    if (this.#values === NEXT_PART || (isNext && type === END)) {
      // Of another type there is no part, which is found where its length ends.
      this.#type = isNext || type === PART ? type : 0;
      this.#beginLength();
      if (isNext) this.#state = LENGTH_CR;
      return true;
    }
    if (isNext) this.#values++;
    return false;
  }

  /** A length line is over: false when the length makes no sense for its type. */
  #lengthEnded(): boolean {
    if (this.#number === NEXT_ELEMENT) return this.#beginStream();
    const isNull = this.#negative;
    if (isNull && (this.#number !== 1 || (this.#type !== BULK && this.#type !== ARRAY))) return false;
    switch (this.#type) {
      case 0:
        return false;
      case END:
        this.#endStream();
        return true;
      case PART:
        if (this.#number === 0) this.#endStream();
        else this.#beginBody();
        return true;
      case BULK:
      case BULK_ERROR:
      case VERBATIM:
        if (isNull) this.#valueEnded();
        else this.#beginBody();
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

  #beginBody(): void {
    this.#bodyLeft = this.#number + 2;
    this.#state = BODY;
  }

  #beginStream(): boolean {
    if (this.#behind.length === DEEPEST) return false;
    this.#behind.push(this.#values - 1);
    this.#values = this.#type === BULK ? NEXT_PART : NEXT_ELEMENT;
    this.#state = TYPE;
    return true;
  }

  #endStream(): void {
    this.#values = this.#behind.pop()!;
    this.#state = TYPE;
  }

  #valueEnded(): void {
    this.#values--;
    this.#state = TYPE;
  }
}

function mayStream(type: number): boolean {
  return type === BULK || type === ARRAY || type === MAP || type === SET;
}

/** Whether what `chunk[start, end)` has of the CRLF behind a body is right; `left` bytes of that are still to come. */
function endsAsItMust(chunk: Uint8Array, start: number, end: number, left: number): boolean {
  if (left === 1) return chunk[end - 1] === CR;
  return chunk[end - 1] === LF && (end - start < 2 || chunk[end - 2] === CR);
}
