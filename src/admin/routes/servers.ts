/** `/pools/{pool}/servers`: changes to the servers of a pool. They survive a restart. */
import * as z from "zod";
import type { Instance } from "../../control/instance.ts";
import { CHANGE, CONFIRMATION } from "../change.ts";
import { json, jsonBody, type Route, route } from "../route.ts";
import { named } from "../schema.ts";

/** Weights are 32-bit, as in the file. */
const MAX_WEIGHT = 2 ** 31 - 1;

const NEW_SERVER = named(
  "NewServer",
  z.strictObject({
    server: z.string().describe(
      "As in the configuration file: host:port:weight or /path:weight, and a name behind a space.",
    ),
  }),
);

const SERVER_CHANGE = named(
  "ServerChange",
  z.strictObject({
    weight: z.int().min(1).max(MAX_WEIGHT).optional(),
    state: z.enum(["live", "ejected", "draining"]).optional()
      .describe(
        "`ejected` takes it out of the ring, `draining` too and lets its requests finish, `live` takes it back.",
      ),
  }).refine(({ weight, state }) => weight !== undefined || state !== undefined, {
    error: "nothing is to be changed; give a weight, a state, or both",
  }),
);

const SERVER = z.strictObject({
  pool: z.string().describe("The pool's name."),
  id: z.string().describe("The server's id: its name in the pool, else host:port."),
});

const CONFIRMING =
  "On a Redis pool this needs `?confirm=SHARE`; without it, the 409 says which share would move.";

/** The routes that change servers. */
export function serverRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "post",
      path: "/pools/{pool}/servers",
      id: "addServer",
      access: "write",
      summary: "Add a server to a pool.",
      description: CONFIRMING,
      params: SERVER.pick({ pool: true }),
      query: CONFIRMATION,
      body: jsonBody(NEW_SERVER, "The server."),
      answer: json(CHANGE, "It is added."),
      refuses: [404, 409],
      handle: ({ params, query, body }) =>
        instance.addServer(params.pool, body.server, query.confirm ?? null),
    }),
    route({
      method: "patch",
      path: "/pools/{pool}/servers/{id}",
      id: "changeServer",
      access: "write",
      summary: "Re-weight, eject, drain or re-admit a server.",
      description: CONFIRMING,
      params: SERVER,
      query: CONFIRMATION,
      body: jsonBody(SERVER_CHANGE, "What shall be different."),
      answer: json(CHANGE, "It is changed."),
      refuses: [404, 409],
      handle: ({ params, query, body }) =>
        instance.changeServer(params.pool, params.id, body, query.confirm ?? null),
    }),
    route({
      method: "delete",
      path: "/pools/{pool}/servers/{id}",
      id: "removeServer",
      access: "write",
      summary: "Remove a server from a pool.",
      description: CONFIRMING,
      params: SERVER,
      query: CONFIRMATION,
      answer: json(CHANGE, "It is removed."),
      refuses: [404, 409],
      handle: ({ params, query }) => instance.removeServer(params.pool, params.id, query.confirm ?? null),
    }),
  ];
}
