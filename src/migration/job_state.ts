/** A slot job as its controller has it, and the moves that all steps are made of. Pure. */
import type { JobEffect, JobLimits, Order, OrderKind } from "./job_events.ts";
import { isOver, type JobRecord } from "./job_record.ts";

const FIRST_WAIT_MS = 200;
/** The longest wait between two attempts. Units: milliseconds. */
export const LONGEST_WAIT_MS = 30_000;

/** Why a job is undone that somebody has cancelled. */
export const CANCELLED = "cancelled";

/** Orders that are carried out while proxies hold the slots, or may. */
export const HELD: ReadonlySet<OrderKind> = new Set([
  "lock",
  "fence",
  "settle",
  "secure",
  "commit",
  "unlock",
]);
/** Orders that can rest while they are carried out. */
const RESTING: ReadonlySet<OrderKind> = new Set(["purge", "copy", "catchUp", "collect"]);

/** The job. */
export interface JobState {
  readonly record: JobRecord;
  readonly limits: JobLimits;
  /** What is being done. */
  readonly order: Order;
  readonly ticket: number;
  /** What is to be done once the job may go on; null when something is being done. */
  readonly held: Order | null;
  readonly paused: boolean;
  /** An operator has asked for it, and what became of a commit must be known first. */
  readonly cancelling: boolean;
  /** What comes behind a wait. */
  readonly afterWait: Order;
  /** What comes behind an unlock that says there was no commit. */
  readonly afterUnlock: Order;
  /** Catch-ups that have missed the budget. */
  readonly rounds: number;
  readonly failedLocks: number;
  /** Failures in a row of what must come to pass. */
  readonly failures: number;
}

/** What a step makes. */
export interface JobStep {
  readonly state: JobState;
  readonly effects: readonly JobEffect[];
}

/** Nothing changes. */
export function stay(state: JobState): JobStep {
  return { state, effects: [] };
}

/** The step with something before what it does. */
export function first(effects: readonly JobEffect[], step: JobStep): JobStep {
  return { state: step.state, effects: [...effects, ...step.effects] };
}

/** People are told, and nothing changes. */
export function tell(state: JobState, text: string): JobStep {
  return { state, effects: [{ kind: "tell", text }] };
}

/** Gives an order; it is held back while the job is paused, unless proxies hold the slots or all is being undone. */
export function go(state: JobState, order: Order): JobStep {
  const ticket = state.ticket + 1;
  if (state.paused && !isUrgent(state, order)) {
    return { state: { ...state, ticket, held: order }, effects: [] };
  }
  return { state: { ...state, order, ticket, held: null }, effects: [{ kind: "do", ticket, order }] };
}

function isUrgent({ record, afterWait }: JobState, order: Order): boolean {
  if (record.phase === "undoing" || order.kind === "save") return true;
  const { kind } = order.kind === "wait" ? afterWait : order;
  return HELD.has(kind) && kind !== "lock";
}

/** Gives an order after a while that is longer the more often it was tried. */
export function goLater(state: JobState, tries: number, order: Order): JobStep {
  const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 20));
  return go({ ...state, afterWait: order }, { kind: "wait", ms });
}

/** Gives an order again that must come to pass. */
export function insist(state: JobState, order: Order): JobStep {
  return goLater({ ...state, failures: state.failures + 1 }, state.failures, order);
}

/** Stops what is being done, if anything is. */
export function stop({ held }: JobState): JobEffect[] {
  return held === null ? [{ kind: "stop" }] : [];
}

/** Lets go of the lock, to try again later; the order under way is over. */
export function letGo(state: JobState, reason: string): JobStep {
  const failedLocks = state.failedLocks + 1;
  const isStalled = failedLocks % state.limits.locks === 0;
  // Who could not settle may have lost the source, and with it what is dirty there.
  const afterUnlock: Order = state.order.kind === "settle" ? { kind: "purge" } : { kind: "catchUp" };
  const paused = state.paused || isStalled;
  const text = isStalled
    ? `the job waits until somebody resumes it: ${reason}`
    : `the slots are let go: ${reason}`;
  const unlocking = go({ ...state, failedLocks, afterUnlock, rounds: 0, paused }, { kind: "unlock" });
  return first([{ kind: "tell", text }], unlocking);
}

/** Takes back what was done; it must be known that there was no commit. */
export function undo(state: JobState, reason: string): JobStep {
  const record: JobRecord = { ...state.record, phase: "undoing", reason };
  const awake: JobEffect[] = state.paused ? [{ kind: "rest", resting: false }] : [];
  return first(
    awake,
    go({ ...state, paused: false, cancelling: false, failures: 0 }, { kind: "save", record }),
  );
}

/** Nothing is begun any more until `resume`, and what can rests. */
export function pause(state: JobState): JobStep {
  if (state.paused) return stay(state);
  const isResting = state.held === null && RESTING.has(state.order.kind);
  return { state: { ...state, paused: true }, effects: isResting ? [{ kind: "rest", resting: true }] : [] };
}

/** The job goes on. */
export function resume(state: JobState): JobStep {
  if (!state.paused) return stay(state);
  const awake: JobEffect[] = [{ kind: "rest", resting: false }];
  const running = { ...state, paused: false };
  return state.held === null ? { state: running, effects: awake } : first(awake, go(running, state.held));
}

/** The commit is on its way, or it is being found out whether it has come. */
export function isInDoubt({ order, afterWait }: JobState): boolean {
  return order.kind === "commit" || order.kind === "unlock" ||
    (order.kind === "wait" && afterWait.kind === "unlock");
}

/** Nothing happens any more. */
export function isEnded({ ticket, record }: JobState): boolean {
  return ticket < 0 || isOver(record);
}

/** The job is over. */
export function finish(state: JobState): JobStep {
  const outcome = state.record.phase as "done" | "cancelled" | "failed";
  return { state: { ...state, held: null }, effects: [{ kind: "end", outcome }] };
}

/** The slots are the target's: what must come to pass now. */
export function committed(state: JobState): JobStep {
  const record: JobRecord = { ...state.record, phase: "collecting" };
  return go({ ...state, record, failures: 0, cancelling: false }, { kind: "acknowledge" });
}
