/** A scanned Redis request: besides its arguments, where the bytes that announce them stand. */
import { ScannedRequest } from "../scanned_request.ts";

/** One request in RESP. All offsets are valid until the next scan. */
export class RedisRequest extends ScannedRequest {
  /** Where the `$length` line of argument `index` begins, counted as `from` and `to` are. */
  rawStart(index: number): number {
    return index === 0 ? this.#firstBulk() : this.ends[index - 1]! + 2;
  }

  /** Behind the CRLF that closes argument `index`, counted as `from` and `to` are. */
  rawEnd(index: number): number {
    return this.ends[index]! + 2;
  }

  #firstBulk(): number {
    const length = this.ends[0]! - this.starts[0]!;
    return this.starts[0]! - 3 - (length < 10 ? 1 : String(length).length);
  }
}
