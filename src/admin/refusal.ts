/**
 * What a caller is told whose request is not done: a status, the field that is wrong, and why. Everything under this
 * folder refuses by throwing one; only the app turns it into an answer.
 */
import * as z from "zod";
import type { ChangeRefused } from "../control/instance.ts";
import { named } from "./schema.ts";

/** The word for each status, for programs that look at the body alone. */
export const REFUSALS = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "missing",
  405: "not_allowed",
  409: "conflict",
  413: "too_large",
  500: "failed",
  503: "busy",
} as const;

/** A status that refuses. */
export type RefusalStatus = keyof typeof REFUSALS;

/** The body of every refusal. */
export const REFUSAL = named(
  "Refusal",
  z.object({
    error: z.enum(Object.values(REFUSALS)).describe("What kind of refusal it is; goes with the status."),
    field: z.string().describe(
      "The parameter, header or field of the body that is wrong; empty when none is.",
    ),
    message: z.string().describe("Why, for people."),
    share: z.number().optional()
      .describe("With a conflict: repeat the request with ?confirm= and this to have it done all the same."),
  }),
);

/** A request that is not done; nothing has changed. */
export class Refusal extends Error {
  constructor(
    readonly status: RefusalStatus,
    readonly field: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly share: number | null = null,
  ) {
    super(message);
  }

  /** As the body says it. */
  get body(): z.output<typeof REFUSAL> {
    const { status, field, message, share } = this;
    return { error: REFUSALS[status], field, message, ...(share === null ? {} : { share }) };
  }
}

/** The status of each kind of `ChangeRefused`. */
const STATUS_OF_KIND = { invalid: 400, missing: 404, conflict: 409, failed: 500 } as const satisfies Record<
  ChangeRefused["kind"],
  RefusalStatus
>;

/** What requests call a field that the instance knows by another name. */
const FIELDS: Readonly<Record<string, string>> = { entry: "server" };

/** What the instance refused, as its caller is told. */
export function refusalOf({ kind, field, message, share }: ChangeRefused): Refusal {
  return new Refusal(STATUS_OF_KIND[kind], FIELDS[field] ?? field, message, {}, share);
}
