/** Writes replies in the version of RESP that the client speaks. */
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import type { ReplyBuffer } from "../reply_buffer.ts";

const CRLF = "\r\n";

/** The replies of one client. */
export class Reply {
  version: RespVersion = 2;

  constructor(readonly buffer: ReplyBuffer) {}

  /** `+text` */
  status(text: string): void {
    this.buffer.text(`+${text}${CRLF}`);
  }

  ok(): void {
    this.buffer.text("+OK\r\n");
  }

  /** `-text`; its line breaks are blanks. */
  error(text: string): void {
    this.buffer.text(`-${text.replace(/[\r\n]/g, " ")}${CRLF}`);
  }

  integer(value: number | bigint): void {
    this.buffer.text(`:${value}${CRLF}`);
  }

  bulk(bytes: Buffer): void {
    this.buffer.bulk(bytes);
  }

  /** The bytes, or null. */
  bulkOrNull(bytes: Buffer | null): void {
    if (bytes === null) this.null();
    else this.bulk(bytes);
  }

  /** A bulk string of one byte per character. */
  bulkText(text: string): void {
    this.buffer.text(`$${text.length}${CRLF}${text}${CRLF}`);
  }

  /** A score: in RESP2 a string. */
  double(value: number): void {
    const text = formatDouble(value);
    if (this.version === 2) this.bulkText(text);
    else this.buffer.text(`,${text}${CRLF}`);
  }

  null(): void {
    this.buffer.text(this.version === 2 ? "$-1\r\n" : "_\r\n");
  }

  /** Null where an array could have been. */
  nullArray(): void {
    this.buffer.text(this.version === 2 ? "*-1\r\n" : "_\r\n");
  }

  /** So many replies follow. */
  array(count: number): void {
    this.buffer.text(`*${count}${CRLF}`);
  }

  /** So many replies follow, in no order. */
  set(count: number): void {
    this.buffer.text(`${this.version === 2 ? "*" : "~"}${count}${CRLF}`);
  }

  /** So many pairs follow. */
  map(pairs: number): void {
    this.buffer.text(this.version === 2 ? `*${pairs * 2}${CRLF}` : `%${pairs}${CRLF}`);
  }
}

/** As Redis writes doubles: the shortest text that reads back as the same number. */
export function formatDouble(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return value > 0 ? "inf" : "-inf";
}
