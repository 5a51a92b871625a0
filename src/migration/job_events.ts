/**
 * What goes between a slot job and whoever carries it out. The job gives one order at a time; each has one outcome. An
 * order that is stopped has none, but whoever carries it out begins the next only when nothing of it goes on.
 */
import type { JobRecord } from "./job_record.ts";

/** What is to be done next. */
export type Order =
  /** Nothing, for a while. */
  | { readonly kind: "wait"; readonly ms: number }
  /** Whether source and target are fit: dumps, memory, rights, eviction. A failure says what is wrong. */
  | { readonly kind: "check" }
  /** Stores the record, guarded by our leading. */
  | { readonly kind: "save"; readonly record: JobRecord }
  /** Raises our fence on both servers, and takes keys of these slots from the target. */
  | { readonly kind: "purge" }
  /** Follows the source anew, and copies all keys. */
  | { readonly kind: "copy" }
  /** Copies what turned dirty, for a while. Its outcome tells how long the rest would take. */
  | { readonly kind: "catchUp" }
  /** Has all proxies hold these slots. A failure names those that don't say they do. */
  | { readonly kind: "lock" }
  /** Keeps these proxies from the source, whatever they believe. */
  | { readonly kind: "fence"; readonly proxies: readonly string[] }
  /** Copies the rest while the slots are held. */
  | { readonly kind: "settle" }
  /** Makes the target hold the keys as safely as the source did. */
  | { readonly kind: "secure" }
  /** Gives the slots to the target: slot map, epoch, lock and this record in one transaction. */
  | { readonly kind: "commit"; readonly record: JobRecord }
  /** Takes the lock away, so that no commit under it can succeed any more. Its outcome tells whether one has. */
  | { readonly kind: "unlock" }
  /** Waits until all proxies know the new owner. A failure names those that don't say so. */
  | { readonly kind: "acknowledge" }
  /** Removes the keys from the source. */
  | { readonly kind: "collect" }
  /** Ends following, and removes the copies from the target. */
  | { readonly kind: "undo" };

/** What kinds there are. */
export type OrderKind = Order["kind"];

/** What has happened. `ticket` is that of the order it is the outcome of. */
export type JobEvent =
  | { readonly kind: "done"; readonly ticket: number }
  /** A catch-up is over: what is left would take so long, and these keys are what keeps it from being less. */
  | {
    readonly kind: "caughtUp";
    readonly ticket: number;
    readonly predictedMs: number;
    readonly hot: readonly string[];
  }
  /** The lock is away. */
  | { readonly kind: "unlocked"; readonly ticket: number; readonly committed: boolean }
  /** These proxies did not say in time that they hold the slots, or know the new owner. */
  | { readonly kind: "unheard"; readonly ticket: number; readonly proxies: readonly string[] }
  | { readonly kind: "failed"; readonly ticket: number; readonly reason: string }
  /** The check has found what no new attempt would mend. */
  | { readonly kind: "unfit"; readonly ticket: number; readonly reason: string }
  /** Somebody has written to one of the slots on the source while nobody should. */
  | { readonly kind: "stray"; readonly key: string }
  /** The slots have been held for as long as they may. */
  | { readonly kind: "overdue" }
  /** We lead no more. */
  | { readonly kind: "deposed" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "cancel" };

/** What is to be done about it, in this order. */
export type JobEffect =
  | { readonly kind: "do"; readonly ticket: number; readonly order: Order }
  /** The order under way is to be stopped. */
  | { readonly kind: "stop" }
  /** Copying and collecting rest, or go on. */
  | { readonly kind: "rest"; readonly resting: boolean }
  /** People are to be told. */
  | { readonly kind: "tell"; readonly text: string }
  /** It is over here; "deposed": somebody else goes on with it. */
  | { readonly kind: "end"; readonly outcome: "done" | "cancelled" | "failed" | "deposed" };

/** What an operator or the configuration says about jobs. */
export interface JobLimits {
  /** Slots are not locked before what is left would take no longer. Units: milliseconds. */
  readonly lockBudgetMs: number;
  /** Catch-ups that may miss the budget before people are told and it is tried later. */
  readonly rounds: number;
  /** Locks that may fail before proxies that are not heard of are fenced. */
  readonly patience: number;
  /** Locks that may fail before the job waits for an operator. */
  readonly locks: number;
  /** Times the copying may begin anew before the job is undone. */
  readonly attempts: number;
}
