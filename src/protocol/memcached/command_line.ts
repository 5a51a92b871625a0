/**
 * A memcached command line, cut into words and judged. What memcached would refuse is refused here, in its words;
 * what passes, memcached takes as it is meant, so that a server and the proxy never disagree on where it ends.
 */
import { ScannedRequest } from "../scanned_request.ts";
import { CR, DELETE, LF, SPACE } from "./bytes.ts";
import { type Command, flagsAt } from "./command.ts";
import { lookupCommand } from "./command_table.ts";
import { isInt32, isUint64, NO_NUMBER, wholeNumber } from "./number_word.ts";

/** What a command line may weigh. */
export interface LineLimits {
  /** Largest data block; bytes. */
  readonly maxItemBytes: number;
  /** Most words of a line. */
  readonly maxArguments: number;
}

const LONGEST_KEY = 250;
const LONGEST_EXPIRY = 20;
const LARGEST_UINT32 = 0xffffffff;
/** The largest length memcached reads; with its CRLF it fits in 31 bits. */
const LARGEST_LENGTH = 0x7ffffffd;
const LOWER_B = 98;
const LOWER_Q = 113;

const NO_SUCH_COMMAND = "ERROR";
const BAD_LINE = "CLIENT_ERROR bad command line format";
const BAD_EXPIRY = "CLIENT_ERROR invalid exptime argument";
const TOO_LARGE = "SERVER_ERROR object too large for cache";

/** One command line: words, and what they say. Words are the request's arguments. */
export class CommandLine extends ScannedRequest {
  /** What the line asks for; null when there is no such command. */
  command: Command | null = null;
  /** What to answer instead of serving it, without CRLF; empty when it can be served. */
  error = "";
  /** The client wants no reply, or not the nominal one. */
  hushed = false;
  /** The key is base64: a meta command's flag `b`. */
  isKeyEncoded = false;
  /** Words that go to the server; what is behind them is `noreply`, or means nothing. */
  sentWords = 0;
  /** The line can be sent as it came: single spaces, CRLF, nothing to leave out. */
  plain = false;
  /** Bytes of the data block that follows the line, with its CRLF; 0 when none follows. */
  protected blockBytes = 0;

  readonly #limits: LineLimits;
  #isTidy = false;
  #hasControls = false;

  constructor(limits: LineLimits) {
    super();
    this.#limits = limits;
  }

  /** Cuts the line that begins at `pos` into words. Answers where the next begins, or -1 when this one has no end. */
  protected cut(bytes: Uint8Array, pos: number, end: number): number {
    let count = 0;
    let spaces = 0;
    let hasControls = false;
    let byte = 0;
    let p = pos;
    for (;;) {
      while (p < end && bytes[p] === SPACE) {
        spaces++;
        p++;
      }
      const wordAt = p;
      for (;;) {
        while (p < end && (byte = bytes[p]!) > SPACE && byte !== DELETE) p++;
        if (p >= end || byte === SPACE || byte === LF) break;
        if (byte === CR && p + 1 < end && bytes[p + 1] === LF) break;
        hasControls = true;
        p++;
      }
      if (p >= end) return -1;
      if (p > wordAt) {
        if (count === this.starts.length) this.grow(count * 2);
        this.starts[count] = wordAt;
        this.ends[count] = p;
        count++;
      }
      if (byte !== SPACE) break;
    }
    this.count = count;
    this.#hasControls = hasControls;
    this.#isTidy = spaces === count - 1 && byte === CR;
    return byte === CR ? p + 2 : p + 1;
  }

  /** Sets what the words in `bytes` say. */
  protected judge(bytes: Uint8Array): void {
    this.hushed = false;
    this.isKeyEncoded = false;
    this.blockBytes = 0;
    this.command = this.count === 0 ? null : lookupCommand(bytes, this.starts[0]!, this.ends[0]!);
    this.error = this.command === null ? NO_SUCH_COMMAND : this.#faultOf(this.command, bytes);
  }

  #faultOf(command: Command, bytes: Uint8Array): string {
    const { count } = this;
    if (count < command.fewest) return command.tooFew;
    if (count > command.most) return command.tooMany;
    if (count > this.#limits.maxArguments) return "CLIENT_ERROR too many keys";
    this.sentWords = count;
    if (command.hush === "noreply" && !this.#findNoreply(command, bytes)) return BAD_LINE;
    this.plain = this.#isTidy && this.sentWords === count;
    if (command.handling === "gather" && !this.#isExpiryShort(command)) return BAD_EXPIRY;
    if (command.lengthAt > 0) {
      if (count <= command.lengthAt) return BAD_LINE;
      const length = this.#number(bytes, command.lengthAt, LARGEST_LENGTH);
      if (length === NO_NUMBER || (!command.isMeta && !this.#areStoreNumbers(bytes))) return BAD_LINE;
      this.blockBytes = length + 2;
    }
    if (!this.#areKeysShort(command)) {
      this.blockBytes = 0;
      return BAD_LINE;
    }
    // Unlike memcached, which takes such keys. Their data block must not be read as commands.
    if (this.#hasControls) return BAD_LINE;
    if (command.isMeta && !this.#findFlags(command, bytes)) return command.twice;
    return this.blockBytes - 2 > this.#limits.maxItemBytes ? TOO_LARGE : "";
  }

  /** Leaves `noreply` out; false when the server would still read one as the last word, and keep silent. */
  #findNoreply(command: Command, bytes: Uint8Array): boolean {
    const last = this.count - 1;
    if (this.#isNoreply(command, bytes, last)) {
      this.hushed = true;
      this.sentWords = last;
      // A number is due there, so that memcached does nothing on such a line but keep its error back.
      return !this.#isNoreply(command, bytes, last - 1);
    }
    // memcached takes any last word, and goes by it only if it is `noreply`.
    if (command.lengthAt > 0) this.sentWords = command.fewest;
    return true;
  }

  #isNoreply(command: Command, bytes: Uint8Array, word: number): boolean {
    return word > command.keyAt && isNoreply(bytes, this.starts[word]!, this.ends[word]!);
  }

  /** Whether each key is short enough. */
  #areKeysShort(command: Command): boolean {
    if (command.keyAt === 0) return true;
    const behind = command.handling === "gather" ? this.count : command.keyAt + 1;
    for (let i = command.keyAt; i < behind; i++) {
      if (this.ends[i]! - this.starts[i]! > LONGEST_KEY) return false;
    }
    return true;
  }

  /** Flags, expiry and, with `cas`, the token of a storage command. */
  #areStoreNumbers(bytes: Uint8Array): boolean {
    if (this.#number(bytes, 2, LARGEST_UINT32) === NO_NUMBER) return false;
    if (!isInt32(bytes, this.starts[3]!, this.ends[3]!)) return false;
    return this.command!.fewest === 5 || isUint64(bytes, this.starts[5]!, this.ends[5]!);
  }

  /** `gat` has an expiry before its keys, which stands on every line it leaves as; the server reads it. */
  #isExpiryShort(command: Command): boolean {
    return command.keyAt === 1 || this.ends[1]! - this.starts[1]! <= LONGEST_EXPIRY;
  }

  #number(bytes: Uint8Array, word: number, largest: number): number {
    return wholeNumber(bytes, this.starts[word]!, this.ends[word]!, largest);
  }

  /** Reads the flags that concern the proxy; false when `q` is there twice, which the server would not see. */
  #findFlags(command: Command, bytes: Uint8Array): boolean {
    for (let i = flagsAt(command); i < this.count; i++) {
      const flag = bytes[this.starts[i]!];
      if (flag === LOWER_B) this.isKeyEncoded = true;
      if (flag !== LOWER_Q || command.hush === "never") continue;
      if (this.hushed) return false;
      this.hushed = true;
      this.plain = false;
    }
    return true;
  }
}

/** Whether the word of a meta command that begins at `start` is its `q` flag. */
export function isQuietFlag(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === LOWER_Q;
}

const NOREPLY = Buffer.from("noreply");

function isNoreply(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== NOREPLY.length) return false;
  for (let i = 0; i < NOREPLY.length; i++) {
    if (bytes[start + i] !== NOREPLY[i]) return false;
  }
  return true;
}
