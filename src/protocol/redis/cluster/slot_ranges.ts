/** Ranges of slots in replies. */
import type { ReplyValue } from "../reply_value.ts";

const LAST_SLOT = 16_383;

/** The ranges in a flat list of first and last slots; null when it is none. */
export function rangesOf(value: ReplyValue | undefined): [first: number, last: number][] | null {
  if (!Array.isArray(value) || value.length % 2 !== 0) return null;
  const ranges: [number, number][] = [];
  for (let i = 0; i < value.length; i += 2) {
    const [first, last] = [value[i], value[i + 1]];
    if (!isSlot(first) || !isSlot(last) || first > last) return null;
    ranges.push([first, last]);
  }
  return ranges;
}

function isSlot(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LAST_SLOT;
}
