/** Sets of slots as people write them: `0-511`, `3`, `0-9,20,30-39`. */

/** Slots from `first` to `last`, both included. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The slots of a text, ascending, each once. Errors: RangeError that says what is wrong, with the text in it.
 */
export function parseSlots(text: string, count: number): number[] {
  const slots = new Set<number>();
  for (const part of text.split(",")) {
    const { first, last } = parseRange(part, count);
    for (let slot = first; slot <= last; slot++) slots.add(slot);
  }
  return [...slots].sort((a, b) => a - b);
}

/** The text of slots in any order; empty for none. */
export function formatSlots(slots: Iterable<number>): string {
  return toRanges(slots).map(({ first, last }) => first === last ? String(first) : `${first}-${last}`).join(
    ",",
  );
}

/** The fewest ranges that have these slots and no others, ascending. */
export function toRanges(slots: Iterable<number>): SlotRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const slot of [...new Set(slots)].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && range.last === slot - 1) range.last = slot;
    else ranges.push({ first: slot, last: slot });
  }
  return ranges;
}

function parseRange(text: string, count: number): SlotRange {
  const match = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(text);
  if (match === null) {
    throw new RangeError(`${JSON.stringify(text)} is neither a slot nor a range such as 0-511`);
  }
  const first = Number(match[1]);
  const last = Number(match[2] ?? first);
  const beyond = [first, last].find((slot) => slot >= count);
  if (beyond !== undefined) throw new RangeError(`slot ${beyond} is not in 0..${count - 1}`);
  if (first > last) throw new RangeError(`${JSON.stringify(text)} ends before it begins`);
  return { first, last };
}
