/** What a client gets of a merged reply. */
import type { Merged } from "../../../../src/proxy/split.ts";
import { written } from "../redis/fragments.ts";

/** The bytes as text. */
export function textOf(merged: Merged): string {
  if (merged instanceof Uint8Array) return Buffer.from(merged).toString();
  return written((outbox) => merged.writeTo(outbox));
}
