/**
 * What DUMP gives and RESTORE takes: a store's own form, with a checksum. Redis's own payloads, which change from
 * version to version, are refused.
 *
 *     "SNT1"  type (1)  flags (4)  ( length (4)  bytes )*  crc32 (4)
 *
 * Elements follow each other; of a hash and a sorted set, members and values in turn.
 */
import { HASH, LIST, SET, SORTED_SET, STRING, type Type } from "./data/entry.ts";
import { Failure } from "./failure.ts";
import { MAX_REPLY_BYTES } from "./limits.ts";

const MAGIC = Buffer.from("SNT1");
const HEADER = MAGIC.length + 5;
const CHECKSUM = 4;
const SCORE = 8;

/** A key's value, apart from its name and when it expires. */
export interface Dump {
  readonly type: Type;
  readonly flags: number;
  readonly elements: readonly Buffer[];
}

/** Puts a value together, element by element. */
export class DumpWriter {
  readonly #parts: Buffer[] = [];
  #bytes = HEADER + CHECKSUM;

  constructor(type: Type, flags: number) {
    const header = Buffer.alloc(HEADER);
    MAGIC.copy(header);
    header[MAGIC.length] = type;
    header.writeUInt32BE(flags, MAGIC.length + 1);
    this.#parts.push(header);
  }

  /** Errors: a Failure when the whole is longer than replies may be. */
  add(element: Buffer): void {
    this.#bytes += 4 + element.length;
    if (this.#bytes > MAX_REPLY_BYTES) throw new Failure("ERR the key is too large to be dumped");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(element.length);
    this.#parts.push(length, element);
  }

  /** The payload. */
  finish(): Buffer {
    const payload = Buffer.concat(this.#parts, this.#bytes);
    payload.writeUInt32BE(Bun.hash.crc32(payload.subarray(0, -CHECKSUM)), payload.length - CHECKSUM);
    return payload;
  }
}

/** Reads a payload; null when it is none of ours, or damaged. */
export function readDump(payload: Buffer): Dump | null {
  const end = payload.length - CHECKSUM;
  if (end < HEADER || !payload.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (payload.readUInt32BE(end) !== Bun.hash.crc32(payload.subarray(0, end))) return null;
  const elements: Buffer[] = [];
  for (let at = HEADER; at < end;) {
    if (at + 4 > end) return null;
    const length = payload.readUInt32BE(at);
    at += 4 + length;
    if (at > end) return null;
    elements.push(payload.subarray(at - length, at));
  }
  const dump = {
    type: payload[MAGIC.length] as Type,
    flags: payload.readUInt32BE(MAGIC.length + 1),
    elements,
  };
  return isSound(dump) ? dump : null;
}

/** Whether the elements are what the type has. A checksum says only that nothing was damaged. */
function isSound({ type, elements }: Dump): boolean {
  const { length } = elements;
  const hasPairs = length > 0 && length % 2 === 0;
  const members = type === SET ? elements : elements.filter((_, i) => i % 2 === 0);
  const areDifferent = new Set(members.map((member) => member.toString("latin1"))).size === members.length;
  switch (type) {
    case STRING:
      return length === 1;
    case LIST:
      return length > 0;
    case SET:
      return length > 0 && areDifferent;
    case HASH:
      return hasPairs && areDifferent;
    case SORTED_SET:
      return hasPairs && areDifferent && elements.every((each, i) => i % 2 === 0 || each.length === SCORE);
    default:
      return false;
  }
}
