/**
 * A slot job as the store keeps it: what must be known to go on with it or to undo it, whoever does so. Everything
 * else (what has been copied, what is dirty) is lost with the controller and found again by beginning anew.
 *
 *     planned ─▶ copying ─▶ collecting ─▶ done
 *        └──────────┴─▶ undoing ─▶ cancelled | failed
 *
 * The step to "collecting" is the commit: one transaction with the new owner of the slots. Before it the source has
 * the truth and everything can be undone; behind it there is no way back.
 */
import * as z from "zod";

/** Where a job stands, for whoever takes it over. */
export const STORED_PHASES = [
  "planned",
  "copying",
  "collecting",
  "undoing",
  "done",
  "cancelled",
  "failed",
] as const;
/** One of them. */
export type StoredPhase = (typeof STORED_PHASES)[number];

const RECORD = z.strictObject({
  id: z.string().min(1),
  slots: z.array(z.int().nonnegative()).min(1),
  from: z.int(),
  to: z.int(),
  phase: z.enum(STORED_PHASES),
  /** How often it was begun anew. */
  attempts: z.int().nonnegative(),
  /** Why it is undone, or was; empty while it isn't. */
  reason: z.string(),
});

/** The record. */
export type JobRecord = z.infer<typeof RECORD>;

/** A job that nobody has begun. */
export function plannedJob(id: string, slots: readonly number[], from: number, to: number): JobRecord {
  return { id, slots: [...slots], from, to, phase: "planned", attempts: 0, reason: "" };
}

/** Errors: throws when the text is no record. */
export function readJobRecord(text: string): JobRecord {
  return RECORD.parse(JSON.parse(text));
}

/** Whether the slots are the target's by now. */
export function isCommitted({ phase }: JobRecord): boolean {
  return phase === "collecting" || phase === "done";
}

/** Whether there is nothing left to do. */
export function isOver({ phase }: JobRecord): boolean {
  return phase === "done" || phase === "cancelled" || phase === "failed";
}
