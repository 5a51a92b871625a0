/** A scanned Redis request: besides its arguments, where the bytes that announce them stand. */
import { ScannedRequest } from "../scanned_request.ts";

/** An argument as it was before another took its place. */
interface Replaced {
  readonly index: number;
  readonly argument: Uint8Array;
}

const NOTHING: readonly Replaced[] = [];

/** One request in RESP. All offsets are valid until the next scan. */
export class RedisRequest extends ScannedRequest {
  #replaced: readonly Replaced[] = NOTHING;

  /** Where the `$length` line of argument `index` begins, counted as `from` and `to` are. */
  rawStart(index: number): number {
    return index === 0 ? this.#firstBulk() : this.ends[index - 1]! + 2;
  }

  /** Behind the CRLF that closes argument `index`, counted as `from` and `to` are. */
  rawEnd(index: number): number {
    return this.ends[index]! + 2;
  }

  /**
   * Has the request say something else in the place of an argument, to whoever looks at it from now on. Large
   * arguments stay where they are.
   */
  replace(index: number, argument: Uint8Array): void {
    const bytes = this.bytesOf(index);
    const former = Buffer.from(bytes.subarray(this.start(index), this.end(index)));
    this.#replaced = [...this.#replaced, { index, argument: former }];
    this.#put(index, argument);
  }

  /** Has the request say again what the client sent. */
  restore(): void {
    for (const { index, argument } of this.#replaced.toReversed()) this.#put(index, argument);
    this.#replaced = NOTHING;
  }

  /** The whole request as the client sent it, in a buffer that stays as it is. Undoes what was replaced. */
  asSent(): Uint8Array {
    this.restore();
    return this.copy();
  }

  /** The request is served: nobody asks any more how it was sent. */
  forgetReplaced(): void {
    this.#replaced = NOTHING;
  }

  #put(index: number, argument: Uint8Array): void {
    const head = Buffer.from(`$${argument.length}\r\n`);
    const bulk = Buffer.concat([head, argument, Buffer.from("\r\n")]);
    const [from, start, end] = [this.from, this.rawStart(index), this.rawEnd(index)];
    if (this.bytes === null) {
      this.held.replace(start, end, bulk);
    } else {
      const { bytes } = this;
      this.bytes = Buffer.concat([bytes.subarray(from, start), bulk, bytes.subarray(end, this.to)]);
    }
    this.from = 0;
    this.to += start + bulk.length - end - from;
    for (let i = 0; i < index; i++) this.#move(i, -from);
    for (let i = index + 1; i < this.count; i++) this.#move(i, start + bulk.length - end - from);
    this.starts[index] = start - from + head.length;
    this.ends[index] = this.starts[index]! + argument.length;
  }

  #move(index: number, by: number): void {
    this.starts[index]! += by;
    this.ends[index]! += by;
  }

  #firstBulk(): number {
    const length = this.ends[0]! - this.starts[0]!;
    return this.starts[0]! - 3 - (length < 10 ? 1 : String(length).length);
  }
}
