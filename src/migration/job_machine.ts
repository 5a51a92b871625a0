/**
 * A slot job, step by step: what has happened and what it is now make what it is next and what is to be done. Pure,
 * so that every death in every phase can be tried.
 *
 *     check ▸ save copying ▸ purge ▸ copy ▸ catchUp ▸ lock ▸ settle ▸ secure ▸ commit ▸ acknowledge ▸ collect ▸ save done
 *                              ▲               ▲        └────────┴────────┴───────┘
 *                              │               └─────────────── unlock ◀──┘
 *                              └── wait ◀── what fails before the commit, some times
 *
 *     cancelled, or failed too often:  save undoing ▸ unlock ▸ undo ▸ save cancelled | failed
 *
 * 1. A commit is ordered only behind settle and secure under one lock, and a stray write in between leads to unlock.
 * 2. What became of a commit is decided by unlock: while the lock stands, a commit that was not heard of may yet come.
 * 3. Copies are removed from the target only when unlock has said that there was no commit.
 * 4. Keys are removed from the source only behind the commit and all proxies' knowing of it.
 */
import type { JobEvent, JobLimits, Order } from "./job_events.ts";
import { isCommitted, isOver, type JobRecord } from "./job_record.ts";
import {
  CANCELLED,
  committed,
  finish,
  first,
  go,
  goLater,
  HELD,
  insist,
  isEnded,
  isInDoubt,
  type JobState,
  type JobStep,
  letGo,
  LONGEST_WAIT_MS,
  pause,
  resume,
  stay,
  stop,
  tell,
  undo,
} from "./job_state.ts";

/** Begins a job, or takes it over from a controller that is no more. */
export function beginJob(record: JobRecord, limits: JobLimits): JobStep {
  const state: JobState = {
    record,
    limits,
    order: { kind: "wait", ms: 0 },
    ticket: 0,
    held: null,
    paused: false,
    cancelling: false,
    afterWait: { kind: "check" },
    // What was copied was followed by somebody who is no more.
    afterUnlock: record.phase === "undoing" ? { kind: "undo" } : { kind: "purge" },
    rounds: 0,
    failedLocks: 0,
    failures: 0,
  };
  if (isOver(record)) return finish(state);
  if (isCommitted(record)) return committed(state);
  return go(state, { kind: record.phase === "planned" ? "check" : "unlock" });
}

/** What the event makes of the job. */
export function stepJob(state: JobState, event: JobEvent): JobStep {
  if (isEnded(state)) return stay(state);
  switch (event.kind) {
    case "deposed": {
      const effects = [...stop(state), { kind: "end", outcome: "deposed" } as const];
      return { state: { ...state, ticket: -1 }, effects };
    }
    case "pause":
      return pause(state);
    case "resume":
      return resume(state);
    case "cancel":
      return cancel(state);
    case "stray":
      return stray(state, event.key);
    case "overdue":
      return overdue(state);
    default:
      // Outcomes of orders that were stopped come too late.
      return event.ticket === state.ticket && state.held === null ? outcome(state, event) : stay(state);
  }
}

function outcome(state: JobState, event: Extract<JobEvent, { ticket: number }>): JobStep {
  switch (event.kind) {
    case "done":
      return done(state);
    case "caughtUp":
      return caughtUp(state, event.predictedMs, event.hot);
    case "unlocked":
      return unlocked(state, event.committed);
    case "unheard":
      return unheard(state, event.proxies.join(", "), event.proxies);
    case "unfit":
      return undo(state, event.reason);
    case "failed":
      return failed(state, event.reason);
  }
}

/** The order was carried out. */
function done(state: JobState): JobStep {
  const { order, record } = state;
  switch (order.kind) {
    case "wait":
      return go(state, state.afterWait);
    case "check":
      return go(state, { kind: "save", record: { ...record, phase: "copying" } });
    case "save":
      return saved({ ...state, record: order.record, failures: 0 });
    case "purge":
      return go(state, { kind: "copy" });
    case "copy":
      return go({ ...state, rounds: 0 }, { kind: "catchUp" });
    case "lock":
    case "fence":
      return go(state, { kind: "settle" });
    case "settle":
      return go(state, { kind: "secure" });
    case "secure":
      return go(state, { kind: "commit", record: { ...record, phase: "collecting" } });
    case "commit":
      return committed(state);
    case "acknowledge":
      return go({ ...state, failures: 0 }, { kind: "collect" });
    case "collect":
      return go({ ...state, failures: 0 }, { kind: "save", record: { ...record, phase: "done" } });
    case "undo": {
      const phase = record.reason === CANCELLED ? "cancelled" : "failed";
      return go(state, { kind: "save", record: { ...record, phase } });
    }
    case "catchUp":
    case "unlock":
      return stay(state);
  }
}

function saved(state: JobState): JobStep {
  const { record } = state;
  if (isOver(record)) return finish(state);
  if (record.phase === "undoing") return go({ ...state, afterUnlock: { kind: "undo" } }, { kind: "unlock" });
  return state.cancelling ? undo(state, CANCELLED) : go(state, { kind: "purge" });
}

function caughtUp(state: JobState, predictedMs: number, hot: readonly string[]): JobStep {
  if (predictedMs <= state.limits.lockBudgetMs) return go(state, { kind: "lock" });
  const rounds = state.rounds + 1;
  if (rounds < state.limits.rounds) return go({ ...state, rounds }, { kind: "catchUp" });
  const text =
    `what is left would take ${Math.round(predictedMs)} ms, more than the slots may be locked for: ` +
    `${hot.join(", ") || "too many keys"} change as fast as they are copied; a replica split moves them too`;
  const later: JobState = { ...state, rounds: 0, afterWait: { kind: "catchUp" } };
  return first([{ kind: "tell", text }], go(later, { kind: "wait", ms: LONGEST_WAIT_MS }));
}

/** It is known whether there was a commit. */
function unlocked(state: JobState, wasCommitted: boolean): JobStep {
  if (wasCommitted) return committed(state);
  if (state.cancelling) return undo(state, CANCELLED);
  const { afterUnlock, failedLocks } = state;
  const behind = { ...state, failures: 0 };
  return afterUnlock.kind === "undo" ? go(behind, afterUnlock) : goLater(behind, failedLocks, afterUnlock);
}

/** Proxies did not say in time that they hold the slots, or know of the commit. */
function unheard(state: JobState, names: string, proxies: readonly string[]): JobStep {
  if (state.order.kind !== "lock") {
    const again = insist(state, state.order);
    return state.failures > 0 ? again : first([{ kind: "tell", text: `${names} can't be heard of` }], again);
  }
  if (state.failedLocks + 1 < state.limits.patience) {
    return letGo(state, `${names} did not say that the slots are held`);
  }
  // Who was not heard of again and again may be gone, or cut off and writing: he must not get at the source.
  const text = `${names} can't be heard of, and will be kept from the source`;
  return first([{ kind: "tell", text }], go(state, { kind: "fence", proxies }));
}

function failed(state: JobState, reason: string): JobStep {
  const { order, record, limits } = state;
  switch (order.kind) {
    case "lock":
    case "fence":
    case "settle":
    case "secure":
    case "commit":
      return letGo(state, reason);
    case "unlock":
    case "acknowledge":
    case "collect":
    case "undo":
    case "save":
      return insist(state, order);
    // Whoever can't wait needn't.
    case "wait":
      return go(state, state.afterWait);
    default: {
      if (record.attempts >= limits.attempts) return undo(state, reason);
      const next: JobRecord = { ...record, attempts: record.attempts + 1 };
      const again: Order = order.kind === "check" ? order : { kind: "save", record: next };
      return goLater({ ...state, record: next }, record.attempts, again);
    }
  }
}

function overdue(state: JobState): JobStep {
  if (state.held !== null || !HELD.has(state.order.kind) || isInDoubt(state)) return stay(state);
  return first(stop(state), letGo(state, "they were held for too long"));
}

/** Somebody gets past the lock, or past the proxies. */
function stray(state: JobState, key: string): JobStep {
  const { order, held, record } = state;
  if (order.kind === "secure") return first(stop(state), letGo(state, `${key} was written past the lock`));
  const isBehind = isCommitted(record) || order.kind === "commit";
  if (!isBehind || (state.paused && held !== null)) return stay(state);
  const text =
    `${key} was written to the source, which no longer owns its slot: nothing is removed there until ` +
    "somebody resumes the job";
  const step = tell({ ...state, paused: true }, text);
  if (order.kind !== "collect" || held !== null) return step;
  const stopped = { ...step.state, ticket: state.ticket + 1, held: order };
  return first(stop(state), { state: stopped, effects: step.effects });
}

function cancel(state: JobState): JobStep {
  const { record, order } = state;
  if (isCommitted(record)) return tell(state, "the slots have moved: the job can't be cancelled any more");
  if (record.phase === "undoing" || state.cancelling) return stay(state);
  const cancelling = { ...state, cancelling: true };
  if (state.held !== null) return undo(state, CANCELLED);
  // What is being stored, or became of a commit, must be known first.
  if (isInDoubt(state) || order.kind === "save") return stay(cancelling);
  // Nobody should wait for the store to take the lock away.
  if (HELD.has(order.kind)) return first(stop(state), go(cancelling, { kind: "unlock" }));
  return first(stop(state), undo(state, CANCELLED));
}
