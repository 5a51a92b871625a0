/** What a change does before it is done: what will be different, and how much of the key space will move. */
import { type Config, describeDiff, diffConfigs } from "../../config/mod.ts";
import { type Change, ChangeRefused } from "../instance.ts";
import type { EffectiveConfig } from "./membership.ts";
import { movedShares, type Topology } from "../topology/topology.ts";

/** A change without its id. */
export type Outcome = Omit<Change, "id">;

/** What is in force. */
export interface InForce {
  readonly config: Config;
  readonly topology: Topology;
}

/** Shares are told and confirmed to so many digits behind the point. */
const SHARE_DIGITS = 4;

/** What putting `next` in force would change. */
export function outcomeOf(now: InForce, next: EffectiveConfig): Outcome {
  return { changes: describeDiff(diffConfigs(now.config, next.config)), moved: movedBy(now, next) };
}

/** By pool: the share of the key space that would have another owner, 0 to 1. */
export function movedBy(
  { topology }: InForce,
  { config, operators }: EffectiveConfig,
): Record<string, number> {
  return movedShares(topology, topology.with(config, operators, Date.now()));
}

/** Errors: ChangeRefused, unless `confirm` is the share that moves, or none does. */
export function checkConfirmed(share: number, confirm: number | null): void {
  const shown = Number(share.toFixed(SHARE_DIGITS));
  if (shown === 0 || (confirm !== null && Number(confirm.toFixed(SHARE_DIGITS)) === shown)) return;
  const wanted = confirm === null ? "" : `, not ${confirm}`;
  throw new ChangeRefused(
    "conflict",
    `this moves ${shown} of the key space to other servers${wanted}; confirm it with confirm=${shown}`,
    "confirm",
    shown,
  );
}
