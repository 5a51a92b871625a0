/** Reads RESP2 back into the values replies are made from, for tests. */
import { Failure, type ReplyValue, Status } from "../../../../src/protocol/redis/reply_value.ts";

/** The first reply in the bytes and where it ends, or null when it is not complete. */
export function decodeReply(bytes: Uint8Array, from = 0): { value: ReplyValue; end: number } | null {
  const lineEnd = bytes.indexOf(10, from);
  if (lineEnd < 0) return null;
  const line = text(bytes, from + 1, lineEnd - 1);
  const behind = lineEnd + 1;
  switch (String.fromCharCode(bytes[from]!)) {
    case "+":
      return { value: new Status(line), end: behind };
    case "-":
      return { value: new Failure(line), end: behind };
    case ":":
      return { value: Number(line), end: behind };
    case "$": {
      const length = Number(line);
      if (length < 0) return { value: null, end: behind };
      const end = behind + length + 2;
      return end > bytes.length ? null : { value: text(bytes, behind, end - 2), end };
    }
    case "*":
      return decodeArray(bytes, behind, Number(line));
    default:
      throw new Error(`not RESP2: ${text(bytes, from, Math.min(bytes.length, from + 40))}`);
  }
}

/** The one reply the bytes are. */
export function decodeWhole(bytes: Uint8Array): ReplyValue {
  const decoded = decodeReply(bytes);
  if (decoded === null || decoded.end !== bytes.length) throw new Error("not exactly one reply");
  return decoded.value;
}

function decodeArray(
  bytes: Uint8Array,
  from: number,
  length: number,
): { value: ReplyValue; end: number } | null {
  const elements: ReplyValue[] = [];
  let end = from;
  for (let i = 0; i < length; i++) {
    const element = decodeReply(bytes, end);
    if (element === null) return null;
    elements.push(element.value);
    end = element.end;
  }
  return { value: elements, end };
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString("latin1");
}
