/** Slot maps that are as even as can be: for an empty store, and what a rebalance by count aims at. */
import { NO_SERVER } from "../router.ts";

/** Whose slot is whose, group by group in their order, each in one piece. Errors: RangeError when there is no group. */
export function evenSlots(groups: readonly number[], count: number): number[] {
  if (groups.length === 0) throw new RangeError("there is no group for the slots");
  return Array.from({ length: count }, (_, slot) => groups[Math.floor(slot * groups.length / count)]!);
}

/** A slot that is to go to another group. */
export interface SlotMove {
  readonly slot: number;
  /** `NO_SERVER` for a slot that is offline. */
  readonly from: number;
  readonly to: number;
}

/**
 * The fewest moves after which no group has two slots more than another; what groups keep they keep from the lowest
 * slot on. `owners` may name groups that are not among `groups`: all of theirs goes. Errors: as `evenSlots`.
 */
export function rebalance(owners: readonly number[], groups: readonly number[]): SlotMove[] {
  if (groups.length === 0) throw new RangeError("there is no group for the slots");
  const kept = new Map(groups.map((group) => [group, [] as number[]]));
  const homeless: number[] = [];
  owners.forEach((group, slot) =>
    (group === NO_SERVER ? undefined : kept.get(group))?.push(slot) ?? homeless.push(slot)
  );
  // Those that have most may have one more than the others, so that the least moves.
  const byCount = groups.toSorted((a, b) => kept.get(b)!.length - kept.get(a)!.length || a - b);
  const floor = Math.floor(owners.length / groups.length);
  const richer = owners.length % groups.length;
  const share = new Map(byCount.map((group, i) => [group, floor + (i < richer ? 1 : 0)]));
  for (const group of groups) homeless.push(...kept.get(group)!.splice(share.get(group)!));
  homeless.sort((a, b) => a - b);
  return groups.toSorted((a, b) => a - b).flatMap((to) =>
    homeless.splice(0, share.get(to)! - kept.get(to)!.length).map((slot) => ({
      slot,
      from: owners[slot]!,
      to,
    }))
  );
}
