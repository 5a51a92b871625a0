import { SLOTS } from "./slot.ts";

/**
 * Who owns which slots: ranges as three numbers each (first slot, last slot, server), one behind the other, ascending.
 * Plain data, so that it can cross to another process; what no range names, nobody owns.
 */
export type SlotMap = readonly number[];

/** What stands for no server in a table of owners. */
export const UNOWNED = 0xffff;

/** The owner of each slot, `UNOWNED` where there is none. */
export function ownersBySlot(map: SlotMap): Uint16Array {
  const owners = new Uint16Array(SLOTS).fill(UNOWNED);
  for (let i = 0; i < map.length; i += 3) owners.fill(map[i + 2]!, map[i]!, map[i + 1]! + 1);
  return owners;
}

/** The map that says the same as a table of owners. */
export function slotMapOf(owners: Uint16Array): SlotMap {
  const map: number[] = [];
  for (let first = 0; first < SLOTS;) {
    const owner = owners[first]!;
    let last = first;
    while (last + 1 < SLOTS && owners[last + 1] === owner) last++;
    if (owner !== UNOWNED) map.push(first, last, owner);
    first = last + 1;
  }
  return map;
}
