/** What a client gets of a merged reply. */
import type { Merged } from "../../../../src/proxy/split.ts";
import { Outbox } from "../../../../src/transport/outbox.ts";

/** The bytes as text. */
export function textOf(merged: Merged): string {
  if (merged instanceof Uint8Array) return Buffer.from(merged).toString();
  const outbox = new Outbox({ change() {} });
  merged.writeTo(outbox);
  let text = "";
  outbox.writeTo({
    write(bytes, start, length) {
      text += Buffer.from(bytes.subarray(start, start + length)).toString();
      return length;
    },
  });
  return text;
}
