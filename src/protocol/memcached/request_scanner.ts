/**
 * Finds where each request begins and ends in a client's bytes: a command line, and behind some of them a data
 * block of the length the line says. A line that is refused is complete at its end, so that its error is answered
 * at once; the data block of one that is too large is skipped as it comes.
 *
 *     get a b CRLF               set a 0 0 5 CRLF hello CRLF
 *     └── line ──┘               └─── line ─────┘└── block ─┘
 */
import { BROKEN, COMPLETE, INCOMPLETE, NOTHING, type ScanStatus } from "../scan_status.ts";
import { BINARY, CR, LF } from "./bytes.ts";
import { LONGEST_LINE } from "./command_table.ts";
import { CommandLine, type LineLimits } from "./command_line.ts";

/** What a request may weigh. */
export interface RequestLimits extends LineLimits {
  /** Longest line with a list of keys; bytes. */
  readonly maxRequestBytes: number;
}

const FRESH = 0;
const LINE = 1;
const BLOCK = 2;
const SKIP = 3;

const LOWER_G = 103;
const BAD_BLOCK = "CLIENT_ERROR bad data chunk";

/** One request at a time out of a byte stream; after COMPLETE, it is the request. */
export class RequestScanner extends CommandLine {
  /** Where scanning goes on in the chunk; after COMPLETE or NOTHING, just behind what was found. */
  next = 0;
  /** After BROKEN: what to tell the client, without prefix. */
  fault = "";
  authenticated = true;
  /** Where the data block begins, counted as `from` and `to` are. */
  blockAt = 0;

  readonly #limits: RequestLimits;
  #state = FRESH;
  /** Bytes of the data block still to come. */
  #left = 0;
  #firstByte = 0;

  constructor(limits: RequestLimits) {
    super(limits);
    this.#limits = limits;
  }

  /** True when a request has begun that is not complete. */
  get inProgress(): boolean {
    return this.#state !== FRESH;
  }

  /** Bytes of the current data block that have been announced and not yet received. */
  get announced(): number {
    return this.#state === BLOCK ? this.#left : 0;
  }

  /** Forgets a request in progress. */
  reset(): void {
    this.#state = FRESH;
    this.held.clear();
    this.bytes = null;
    this.shrink();
  }

  /** Looks at `chunk[pos, end)` and says what it found there; see the class for what is valid afterwards. */
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    switch (this.#state) {
      case LINE:
        return this.#scanMoreOfLine(chunk, pos, end);
      case BLOCK:
        return this.#scanBlock(chunk, pos, end);
      case SKIP:
        return this.#skip(pos, end);
      default:
        this.held.clear();
        return this.#scanLine(chunk, pos, end);
    }
  }

  /** A line from its beginning; nearly all are whole in their chunk. */
  #scanLine(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    this.#firstByte = chunk[pos]!;
    if (this.#firstByte === BINARY) {
      return this.#broken("the binary protocol is not supported, only text and meta commands");
    }
    const behind = this.cut(chunk, pos, end);
    if (behind < 0) {
      this.#state = LINE;
      return this.#keepLine(chunk, pos, end);
    }
    if (this.#isTooLong(behind - pos)) return this.#broken("line too long");
    this.judge(chunk);
    if (this.blockBytes === 0 || this.error !== "") return this.#completeLine(chunk, pos, behind, behind);
    if (end - behind < this.blockBytes) {
      this.#beginBlock(chunk, pos, behind, end);
      return INCOMPLETE;
    }
    const to = behind + this.blockBytes;
    this.blockAt = behind;
    this.#complete(chunk, pos, to);
    if (chunk[to - 2] !== CR || chunk[to - 1] !== LF) this.error = BAD_BLOCK;
    this.next = to;
    return COMPLETE;
  }

  #scanMoreOfLine(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    const at = chunk.indexOf(LF, pos);
    if (at < 0 || at >= end) return this.#keepLine(chunk, pos, end);
    const behind = at + 1;
    this.held.add(chunk, pos, behind);
    if (this.#isTooLong(this.held.length)) return this.#broken("line too long");
    const line = this.held.join();
    this.cut(line, 0, line.length);
    this.judge(line);
    if (this.blockBytes === 0 || this.error !== "") return this.#completeLine(line, 0, line.length, behind);
    this.blockAt = line.length;
    this.#left = this.blockBytes;
    this.#state = BLOCK;
    return this.#scanBlock(chunk, behind, end);
  }

  #keepLine(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    this.held.add(chunk, pos, end);
    if (this.#isTooLong(this.held.length)) return this.#broken("line too long");
    this.next = end;
    return INCOMPLETE;
  }

  /** The line is all there is of the request, or all that will be looked at. */
  #completeLine(bytes: Uint8Array, from: number, to: number, next: number): ScanStatus {
    this.#complete(bytes, from, to);
    this.blockAt = to;
    this.next = next;
    if (this.blockBytes > 0) {
      this.#state = SKIP;
      this.#left = this.blockBytes;
    }
    return COMPLETE;
  }

  /** Keeps what is here; from now on offsets begin at the request. */
  #beginBlock(chunk: Uint8Array, pos: number, behind: number, end: number): void {
    for (let i = 0; i < this.count; i++) {
      this.starts[i]! -= pos;
      this.ends[i]! -= pos;
    }
    this.held.add(chunk, pos, end);
    this.blockAt = behind - pos;
    this.#left = this.blockBytes - (end - behind);
    this.#state = BLOCK;
    this.next = end;
  }

  #scanBlock(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    const { held } = this;
    const step = Math.min(this.#left, end - pos);
    held.add(chunk, pos, pos + step);
    this.#left -= step;
    this.next = pos + step;
    if (this.#left > 0) return INCOMPLETE;
    const size = held.length;
    const last = held.contiguous(size - 2, size);
    const at = held.contiguousStart(size - 2, size);
    if (last[at] !== CR || last[at + 1] !== LF) this.error = BAD_BLOCK;
    this.#complete(held.joinIfSmall(), 0, size);
    return COMPLETE;
  }

  #skip(pos: number, end: number): ScanStatus {
    this.held.clear();
    const step = Math.min(this.#left, end - pos);
    this.#left -= step;
    this.next = pos + step;
    if (this.#left > 0) return INCOMPLETE;
    this.#state = FRESH;
    return NOTHING;
  }

  #complete(bytes: Uint8Array | null, from: number, to: number): void {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.#state = FRESH;
  }

  #isTooLong(size: number): boolean {
    // Only a list of keys may go on and on.
    return size > (this.#firstByte === LOWER_G ? this.#limits.maxRequestBytes : LONGEST_LINE);
  }

  #broken(fault: string): ScanStatus {
    this.reset();
    this.fault = fault;
    return BROKEN;
  }
}
