/** What a change answers. */
import * as z from "zod";
import type { Change } from "../control/instance.ts";
import * as field from "./field.ts";
import { named } from "./schema.ts";

/** The part of the key space that moves, by pool. */
export const MOVED = z.record(z.string(), z.number())
  .describe("By pool: the share of the key space that has another owner, 0 to 1.");

/** A change that was made. */
export const CHANGE: z.ZodType<Change> = named(
  "Change",
  z.object({
    id: z.string().describe("A ulid; the log and the event have the same."),
    changes: z.array(z.string()).describe("What is different now, a sentence each."),
    moved: MOVED,
  }),
);

/** The query of changes to a ring. */
export const CONFIRMATION = z.strictObject({
  confirm: field.share(
    "The share of the key space that moves, as the 409 without it says. Redis pools ask for it, since a key that moved " +
      "is not found at its new owner.",
  ).optional(),
});
