/** `/slowlog`: requests that took longer than the threshold. */
import * as z from "zod";
import type { Instance } from "../../control/instance.ts";
import type { SlowRequest } from "../../stats/mod.ts";
import { CHANGE } from "../change.ts";
import * as field from "../field.ts";
import { json, type Route, route } from "../route.ts";
import { named } from "../schema.ts";
import { showBytes } from "../shown_bytes.ts";

/** Entries that are shown when no count is given. */
const USUAL_COUNT = 128;
const MAX_COUNT = 1_000_000;

const SLOW_LOG = named(
  "SlowLog",
  z.object({
    entries: z.array(z.object({
      id: z.number(),
      at: z.string().describe("When it was complete; ISO 8601."),
      pool: z.string(),
      server: z.string(),
      client: z.string(),
      command: z.string(),
      key: z.string().describe("Its first key, cut to 128 bytes; empty when it has none."),
      keyBase64: z.string().optional().describe("The same, where it isn't UTF-8."),
      failure: z.string().describe("Why it was answered with an error; empty when the server replied."),
      totalMs: z.number(),
      queueMs: z.number().describe("Until it was written to the server."),
      serverMs: z.number().describe("From there until its reply was here."),
      deliveryMs: z.number().describe("From there until its turn had come among the client's replies."),
    })).describe("Newest first."),
  }),
);

const QUERY = z.strictObject({
  pool: field.text("Only requests to this pool.").optional(),
  count: field.count(1, MAX_COUNT, `How many at most; ${USUAL_COUNT} when left out.`).optional(),
});

/** The routes of the slow log. */
export function slowLogRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/slowlog",
      id: "getSlowLog",
      access: "read",
      summary: "Requests that took longer than slowlog.threshold.",
      query: QUERY,
      answer: json(SLOW_LOG, "The requests."),
      refuses: [404],
      handle: async ({ query }) => {
        const entries = await instance.slowLog(query.pool ?? null, query.count ?? USUAL_COUNT);
        return { entries: entries.map(show) };
      },
    }),
    route({
      method: "delete",
      path: "/slowlog",
      id: "resetSlowLog",
      access: "write",
      summary: "Forget the slow requests so far.",
      answer: json(CHANGE, "They are forgotten."),
      handle: () => instance.resetSlowLog(),
    }),
  ];
}

function show({ at, key, ...rest }: SlowRequest): z.output<typeof SLOW_LOG>["entries"][number] {
  return { ...rest, at: new Date(at).toISOString(), ...showBytes("key", key) };
}
