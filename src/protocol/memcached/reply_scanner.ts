/**
 * Finds where each reply of a memcached server ends. The reply alone says how long it is, whatever was asked:
 *
 *     STORED                      a line
 *     VALUE k 0 5 / hello / END   blocks, and the line that ends them
 *     STAT a 1 / STAT b 2 / END   lines, and the line that ends them
 *     VA 5 f0 / hello             one block
 *
 * A line that is whole in its chunk is read where it stands; one that is cut is put together first.
 */
import { BROKEN, COMPLETE, INCOMPLETE, type ScanStatus } from "../scan_status.ts";
import { CR, LF, NINE, SPACE, UPPER_L, UPPER_V, ZERO } from "./bytes.ts";
import { WordTable } from "./word_table.ts";

/** No line of a server is longer: a key of 250 bytes, encoded, and flags; bytes. */
const LONGEST_LINE = 8192;
/** Digits of the largest data block there is. */
const MOST_DIGITS = 10;

const LINE = 0;
const BLOCK = 1;

/** What a line is in its reply. */
const ENDS_REPLY = 0;
const GOES_ON = 1;
const OPENS_BLOCK = 2;
const OPENS_LAST_BLOCK = 3;
const NO_REPLY = 4;

/** What a line is by its first word: all that memcached says to what the proxy sends. Numbers come beside. */
const LINES = new WordTable(
  [
    ...["STORED", "HD", "END", "EN", "NOT_STORED", "EXISTS", "NOT_FOUND", "DELETED", "TOUCHED"],
    ...["NF", "NS", "EX", "ME", "MN", "OK", "RESET", "VERSION", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"],
  ].map((word) => [word, ENDS_REPLY] as [string, number]).concat([
    ["STAT", GOES_ON],
    ["VALUE", OPENS_BLOCK],
    ["VA", OPENS_LAST_BLOCK],
  ]),
);

/** One reply at a time out of a byte stream. */
export class ReplyScanner {
  /** Behind the reply after COMPLETE. */
  next = 0;
  #state = LINE;
  #left = 0;
  #isLastBlock = false;
  #isCut = false;
  readonly #cutLine: Buffer = Buffer.allocUnsafeSlow(LONGEST_LINE);
  #cutSize = 0;

  /** Bytes of the data block in progress that are known to come. */
  get announced(): number {
    return this.#state === BLOCK ? this.#left : 0;
  }

  /** Forgets a reply in progress. */
  reset(): void {
    this.#state = LINE;
    this.#cutSize = 0;
    this.#isCut = false;
  }

  /** Looks at `chunk[pos, end)`. */
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    let p = pos;
    while (p < end) {
      if (this.#state === BLOCK) {
        p = this.#passBlock(chunk, p, end);
        if (p < 0) return this.#broken();
        if (this.#left > 0) return INCOMPLETE;
        this.#state = LINE;
        if (!this.#isLastBlock) continue;
        this.next = p;
        return COMPLETE;
      }
      if (chunk[p] === UPPER_V && !this.#isCut) {
        const behind = behindValue(chunk, p, end);
        if (behind > 0) {
          p = behind;
          continue;
        }
      }
      const lineAt = p;
      while (p < end && chunk[p] !== LF) p++;
      if (p === end) return this.#keepLine(chunk, lineAt, end) ? INCOMPLETE : this.#broken();
      p++;
      const kind = this.#isCut ? this.#readCutLine(chunk, lineAt, p) : this.#readLine(chunk, lineAt, p);
      if (kind === NO_REPLY) return this.#broken();
      if (kind === ENDS_REPLY) {
        this.next = p;
        return COMPLETE;
      }
    }
    return INCOMPLETE;
  }

  /** Counts a data block down and checks its CRLF; -1 when that is wrong. */
  #passBlock(chunk: Uint8Array, pos: number, end: number): number {
    const step = Math.min(this.#left, end - pos);
    const behind = pos + step;
    this.#left -= step;
    // The last two bytes of the block are its CRLF; a chunk may end between them.
    const crAt = behind + this.#left - 2;
    if (crAt >= pos && crAt < behind && chunk[crAt] !== CR) return -1;
    if (crAt + 1 >= pos && crAt + 1 < behind && chunk[crAt + 1] !== LF) return -1;
    return behind;
  }

  #keepLine(chunk: Uint8Array, start: number, end: number): boolean {
    const size = end - start;
    if (this.#cutSize + size > LONGEST_LINE) return false;
    this.#cutLine.set(chunk.subarray(start, end), this.#cutSize);
    this.#cutSize += size;
    this.#isCut = true;
    return true;
  }

  #readCutLine(chunk: Uint8Array, start: number, behind: number): number {
    if (!this.#keepLine(chunk, start, behind)) return NO_REPLY;
    const size = this.#cutSize;
    this.#cutSize = 0;
    this.#isCut = false;
    return this.#readLine(this.#cutLine, 0, size);
  }

  /** Says what `bytes[start, behind)`, a line with its LF, is, and opens its block if it has one. */
  #readLine(bytes: Uint8Array, start: number, behind: number): number {
    if (behind - start < 3 || bytes[behind - 2] !== CR) return NO_REPLY;
    const kind = kindOf(bytes, start);
    if (kind === ENDS_REPLY || kind === GOES_ON || kind === NO_REPLY) return kind;
    const isLast = kind === OPENS_LAST_BLOCK;
    // VALUE key flags length [cas]; VA length flags…
    const length = numberAt(bytes, wordAt(bytes, start, isLast ? 1 : 3), behind);
    if (length < 0) return NO_REPLY;
    this.#left = length + 2;
    this.#isLastBlock = isLast;
    this.#state = BLOCK;
    return kind;
  }

  #broken(): ScanStatus {
    this.reset();
    return BROKEN;
  }
}

/** Behind the VALUE block at `pos` if it is whole in its chunk and as it should be, else 0. The short way through. */
function behindValue(chunk: Uint8Array, pos: number, end: number): number {
  if (chunk[pos + 2] !== UPPER_L) return 0;
  const flagsAt = behindWord(chunk, pos + "VALUE ".length, end);
  const lengthAt = behindWord(chunk, flagsAt, end);
  let p = lengthAt;
  let length = 0;
  let byte = 0;
  while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
    length = length * 10 + byte - ZERO;
    p++;
  }
  if (p === lengthAt || p - lengthAt >= MOST_DIGITS || flagsAt === lengthAt) return 0;
  if (byte === SPACE) p = behindWord(chunk, p + 1, end);
  if (chunk[p] !== CR || chunk[p + 1] !== LF) return 0;
  p += 2 + length + 2;
  return p <= end && chunk[p - 2] === CR && chunk[p - 1] === LF ? p : 0;
}

/** Behind a word and the space that ends it, or where the line ends. */
function behindWord(chunk: Uint8Array, at: number, end: number): number {
  let p = at;
  while (p < end && chunk[p]! > SPACE) p++;
  return p < end && chunk[p] === SPACE ? p + 1 : p;
}

/** What a line that ends in CRLF is in its reply. */
function kindOf(bytes: Uint8Array, start: number): number {
  let p = start;
  while (bytes[p]! >= ZERO && bytes[p]! <= NINE) p++;
  const isNumber = p > start && bytes[p]! <= SPACE;
  if (isNumber) return ENDS_REPLY;
  while (bytes[p]! > SPACE) p++;
  return LINES.find(bytes, start, p) ?? NO_REPLY;
}

/** Where word `index` of a line begins. The line ends in LF, behind which nothing is read. */
function wordAt(bytes: Uint8Array, start: number, index: number): number {
  let p = start;
  for (let i = 0; i < index; i++) {
    while (bytes[p] !== SPACE && bytes[p] !== LF) p++;
    if (bytes[p] === SPACE) p++;
  }
  return p;
}

/** The number at `at`, or -1 when there is none. */
function numberAt(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  let p = at;
  for (; p < end && bytes[p]! >= ZERO && bytes[p]! <= NINE; p++) value = value * 10 + bytes[p]! - ZERO;
  const digits = p - at;
  if (digits === 0 || digits > MOST_DIGITS || (bytes[p] !== SPACE && bytes[p] !== CR)) return -1;
  return value;
}
