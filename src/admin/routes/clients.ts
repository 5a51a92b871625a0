/** `/clients`: who is connected, and sending one away. */
import * as z from "zod";
import type { ClientView, Instance } from "../../control/instance.ts";
import { CHANGE } from "../change.ts";
import * as field from "../field.ts";
import { json, type Route, route } from "../route.ts";
import { named } from "../schema.ts";

const CLIENT: z.ZodType<ClientView> = named(
  "Client",
  z.object({
    id: z.number(),
    pool: z.string(),
    worker: z.number().describe("The worker's slot."),
    address: z.string(),
    name: z.string().describe("As it calls itself; empty when it doesn't."),
    user: z.string(),
    ageSeconds: z.number(),
    idleSeconds: z.number(),
    pending: z.number().describe("Requests without a reply so far."),
    heldBytes: z.number().describe("Bytes the proxy holds for it."),
    lastCommand: z.string(),
  }),
);

const CLIENTS = named("Clients", z.object({ clients: z.array(CLIENT) }));

const QUERY = z.strictObject({ pool: field.text("Only clients of this pool.").optional() });
const PARAMS = z.strictObject({ id: field.count(0, Number.MAX_SAFE_INTEGER, "The client's id.") });

/** The routes of client connections. */
export function clientRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/clients",
      id: "listClients",
      access: "read",
      summary: "Client connections.",
      query: QUERY,
      answer: json(CLIENTS, "The connections."),
      refuses: [404],
      handle: async ({ query }) => ({ clients: await instance.clients(query.pool ?? null) }),
    }),
    route({
      method: "delete",
      path: "/clients/{id}",
      id: "killClient",
      access: "write",
      summary: "Close a client's connection.",
      params: PARAMS,
      answer: json(CHANGE, "It is closed."),
      refuses: [404],
      handle: ({ params }) => instance.killClient(params.id),
    }),
  ];
}
