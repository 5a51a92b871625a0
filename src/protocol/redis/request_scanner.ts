/**
 * Finds where each request begins and ends in a client's bytes, and where its arguments stand. It copies nothing
 * and builds nothing per argument: an argument is two offsets in a reused typed array.
 *
 * Two ways through the same grammar. A request that is whole in its chunk takes `#scanWhole`, one tight loop.
 * Whatever that loop doesn't like (the chunk ends, a byte is odd) goes to `#scanOn`, which keeps its place in
 * fields, so that any split of the input gives the same result, and which alone decides what is an error.
 *
 * The grammar is as strict as Redis's own (no leading zeros, no plus signs), because what is accepted here is
 * forwarded as it came: a server that refused it would close a connection shared by others.
 * Source: redis.io/docs/reference/protocol-spec, and Redis 7's behaviour on malformed input.
 */
import { ARRAY, BULK, CR, LF, NINE, ZERO } from "./bytes.ts";
import { encodeInline } from "./inline.ts";
import { IntegerLine } from "./integer_line.ts";
import { faultOfCount, faultOfLength, type RequestLimits } from "./request_limits.ts";
import { RedisRequest } from "./redis_request.ts";
import { BROKEN, COMPLETE, INCOMPLETE, NOTHING, type ScanStatus } from "../scan_status.ts";

const FRESH = 0;
const COUNT = 1;
const COUNT_LF = 2;
const BULK_MARK = 3;
const LENGTH = 4;
const LENGTH_LF = 5;
const BODY = 6;
const INLINE = 7;

/** Bytes of an empty argument on the wire: `$0`, CRLF, CRLF. */
const SMALLEST_ARGUMENT = 6;
/** Room made for arguments that are only announced. */
const MOST_UNSEEN = 1024;
const TOO_LARGE = "request is larger than max_request";

/** One request at a time out of a byte stream; after COMPLETE, it is the request. */
export class RequestScanner extends RedisRequest {
  /** Where scanning goes on in the chunk; after COMPLETE or NOTHING, just behind the request. */
  next = 0;
  /** After BROKEN: what to tell the client, without prefix. */
  fault = "";
  /** Tighter limits hold until the session has authenticated. */
  authenticated = true;

  readonly #limits: RequestLimits;
  #state = FRESH;
  #expected = 0;
  #bodyLeft = 0;
  readonly #integer = new IntegerLine();

  constructor(limits: RequestLimits) {
    super();
    this.#limits = limits;
  }

  /** True when a request has begun that is not complete. */
  get inProgress(): boolean {
    return this.#state !== FRESH;
  }

  /** Bytes of the current argument that have been announced and not yet received; 0 between arguments. */
  get announced(): number {
    return this.#state === BODY ? this.#bodyLeft : 0;
  }

  /** Forgets a request in progress. */
  reset(): void {
    this.#state = FRESH;
    this.held.clear();
    this.bytes = null;
    this.forgetReplaced();
    this.shrink();
  }

  /** Looks at `chunk[pos, end)` and says what it found there; see the class for what is valid afterwards. */
  scan(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    if (this.#state === FRESH) {
      this.held.clear();
      // Strangers go the careful way, which knows their limits.
      if (this.authenticated && this.#scanWhole(chunk, pos, end)) return COMPLETE;
    }
    return this.#scanOn(chunk, pos, end);
  }

  #scanWhole(chunk: Uint8Array, pos: number, end: number): boolean {
    if (chunk[pos] !== ARRAY) return false;
    let p = pos + 1;
    let count = 0;
    let byte = 0;
    const countAt = p;
    while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
      count = count * 10 + byte - ZERO;
      p++;
    }
    if (p - countAt > 6 || count === 0 || chunk[countAt] === ZERO || byte !== CR) return false;
    if (count > this.#limits.maxArguments) return false;
    if (count * SMALLEST_ARGUMENT > end - p) return false;
    if (count > this.starts.length) this.grow(count);
    const starts = this.starts;
    const ends = this.ends;
    const maxBulk = this.#limits.maxBulkBytes;
    p += 2;
    for (let i = 0; i < count; i++) {
      if (p >= end || chunk[p] !== BULK) return false;
      const lengthAt = ++p;
      let length = 0;
      while (p < end && (byte = chunk[p]!) >= ZERO && byte <= NINE) {
        length = length * 10 + byte - ZERO;
        p++;
      }
      const digits = p - lengthAt;
      if (digits === 0 || digits > 9 || p >= end || byte !== CR) return false;
      if (length > maxBulk || (digits > 1 && chunk[lengthAt] === ZERO)) return false;
      p += 2;
      starts[i] = p;
      p += length;
      ends[i] = p;
      p += 2;
      if (p > end) return false;
    }
    if (p - pos > this.#limits.maxRequestBytes) return false;
    this.count = count;
    this.bytes = chunk;
    this.from = pos;
    this.to = p;
    this.next = p;
    return true;
  }

  /** The careful way: byte by byte through lines, by counting down through bodies; offsets are the request's. */
  #scanOn(chunk: Uint8Array, pos: number, end: number): ScanStatus {
    const held = this.held;
    const shift = held.length - pos;
    let p = pos;
    while (p < end) {
      switch (this.#state) {
        case FRESH:
          this.count = 0;
          this.#integer.start();
          if (chunk[p] === ARRAY) {
            p++;
            this.#state = COUNT;
          } else {
            this.#state = INLINE;
          }
          break;
        case INLINE:
          return this.#scanInline(chunk, pos, p, end);
        case COUNT:
          p = this.#integer.scan(chunk, p, end);
          if (p < end) {
            if (chunk[p++] !== CR) return this.#broken("invalid multibulk length");
            this.#state = COUNT_LF;
          }
          break;
        case COUNT_LF: {
          p++;
          const fault = this.#takeCount();
          if (fault !== "") return this.#broken(fault);
          if (this.#expected <= 0) {
            this.reset();
            this.next = p;
            return NOTHING;
          }
          this.#state = BULK_MARK;
          break;
        }
        case BULK_MARK: {
          const byte = chunk[p++]!;
          if (byte !== BULK) return this.#broken(`expected '$', got '${String.fromCharCode(byte)}'`);
          this.#integer.start();
          this.#state = LENGTH;
          break;
        }
        case LENGTH:
          p = this.#integer.scan(chunk, p, end);
          if (p < end) {
            if (chunk[p++] !== CR) return this.#broken("invalid bulk length");
            this.#state = LENGTH_LF;
          }
          break;
        case LENGTH_LF: {
          p++;
          const fault = this.#takeLength(p + shift);
          if (fault !== "") return this.#broken(fault);
          this.#state = BODY;
          break;
        }
        case BODY: {
          const step = Math.min(this.#bodyLeft, end - p);
          p += step;
          this.#bodyLeft -= step;
          if (this.#bodyLeft > 0) break;
          if (++this.count === this.#expected) return this.#complete(chunk, pos, p);
          this.#state = BULK_MARK;
          break;
        }
      }
    }
    held.add(chunk, pos, end);
    this.next = end;
    return INCOMPLETE;
  }

  #scanInline(chunk: Uint8Array, pos: number, from: number, end: number): ScanStatus {
    let p = from;
    while (p < end && chunk[p] !== LF) p++;
    const lineBytes = this.held.length + p - pos;
    if (lineBytes > this.#limits.maxInlineBytes) return this.#broken("too big inline request");
    if (p === end) {
      this.held.add(chunk, pos, end);
      this.next = end;
      return INCOMPLETE;
    }
    this.held.add(chunk, pos, p);
    const line = this.held.join();
    this.reset();
    this.next = p + 1;
    const request = encodeInline(line);
    if (request === null) return this.#broken("unbalanced quotes in request");
    if (request.length === 0) return NOTHING;
    const behind = this.next;
    if (!this.#scanWhole(request, 0, request.length)) {
      return this.#broken("too many arguments in inline request");
    }
    this.next = behind;
    return COMPLETE;
  }

  #complete(chunk: Uint8Array, pos: number, p: number): ScanStatus {
    const held = this.held;
    this.#state = FRESH;
    this.next = p;
    if (held.length === 0) {
      // Whole in its chunk after all (an unauthenticated request): its offsets begin at the request.
      for (let i = 0; i < this.count; i++) {
        this.starts[i]! += pos;
        this.ends[i]! += pos;
      }
      this.bytes = chunk;
      this.from = pos;
      this.to = p;
      return COMPLETE;
    }
    held.add(chunk, pos, p);
    this.bytes = held.joinIfSmall();
    this.from = 0;
    this.to = held.length;
    return COMPLETE;
  }

  #takeCount(): string {
    const count = this.#integer.value;
    const fault = faultOfCount(count, this.#limits, this.authenticated);
    if (fault !== "") return fault;
    const room = Math.min(count, MOST_UNSEEN);
    if (room > this.starts.length) this.grow(room);
    this.#expected = count;
    return "";
  }

  #takeLength(bodyAt: number): string {
    const length = this.#integer.value;
    const fault = faultOfLength(length, this.#limits, this.authenticated);
    if (fault !== "") return fault;
    if (bodyAt + length + 2 > this.#limits.maxRequestBytes) return TOO_LARGE;
    if (this.count === this.starts.length) this.grow(this.count * 2);
    this.starts[this.count] = bodyAt;
    this.ends[this.count] = bodyAt + length;
    this.#bodyLeft = length + 2;
    return "";
  }

  #broken(fault: string): ScanStatus {
    this.reset();
    this.fault = `Protocol error: ${fault}`;
    return BROKEN;
  }
}
