/** `/events`: what happens, as it happens. */
import * as z from "zod";
import type { InstanceEvent } from "../../control/instance.ts";
import type { EventStreams } from "../event_streams.ts";
import { Refusal } from "../refusal.ts";
import { type Route, route, text } from "../route.ts";
import { named } from "../schema.ts";

/** What the routes of events need of their connection. */
export interface Connections {
  /** Lets the request's connection be quiet for as long as it likes. */
  keep(request: Request): void;
  /** Has it closed soon, even if there is something to send. */
  drop(request: Request): void;
}

/** What stands behind `data:`. */
export const EVENT: z.ZodType<InstanceEvent> = named(
  "Event",
  z.object({
    id: z.string().describe("A ulid: the change's, where a change made it happen."),
    at: z.string().describe("ISO 8601."),
    name: z.string().describe("As the log has it: server.ejected, config.reloaded …"),
    facts: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
);

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // Keeps nginx from holding events back.
  "x-accel-buffering": "no",
};

const DESCRIPTION =
  "Server-sent events. Each has the event's id, its name, and an object of the schema Event as data. " +
  "A watcher that comes back with Last-Event-ID gets what it missed, as far as it is kept; one that doesn't read " +
  "loses its stream.";

/** The route of events. */
export function eventRoutes(streams: EventStreams, connections: Connections): Route[] {
  return [
    route({
      method: "get",
      path: "/events",
      id: "watchEvents",
      access: "read",
      summary: "Ejections, reloads, changes of servers … as they happen (server-sent events).",
      description: DESCRIPTION,
      headers: z.object({
        "Last-Event-ID": z.string().optional().describe("The id of the last event that was seen."),
      }),
      answer: text("text/event-stream", "The stream."),
      refuses: [503],
      handle: ({ request }) => {
        const after = lastSeen(request);
        if (request.method === "HEAD") return new Response(null, { headers: HEADERS });
        if (streams.isFull) {
          throw new Refusal(503, "", "too many watch events already", { "retry-after": "10" });
        }
        connections.keep(request);
        return new Response(streams.open(after, () => connections.drop(request)), { headers: HEADERS });
      },
    }),
  ];
}

/** Crockford's base 32. */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

function lastSeen(request: Request): string | null {
  const id = request.headers.get("last-event-id") ?? "";
  if (id === "") return null;
  if (ULID.test(id)) return id.toUpperCase();
  throw new Refusal(400, "Last-Event-ID", `${JSON.stringify(id)} is not the id of an event`);
}
