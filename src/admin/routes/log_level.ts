/** `/log-level`: how much is logged, until the next reload that says otherwise. */
import * as z from "zod";
import type { Instance } from "../../control/instance.ts";
import { CHANGE } from "../change.ts";
import { json, jsonBody, type Route, route } from "../route.ts";
import { named } from "../schema.ts";

const LOG_LEVEL = named(
  "LogLevel",
  z.strictObject({
    level: z.int().min(0).max(11).describe("nutcracker's scale: 0 emergencies, 5 notices, 11 everything."),
  }),
);

/** The routes of the log. */
export function logLevelRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/log-level",
      id: "getLogLevel",
      access: "read",
      summary: "How much is logged.",
      answer: json(LOG_LEVEL, "The level."),
      handle: () => ({ level: instance.logLevel }),
    }),
    route({
      method: "put",
      path: "/log-level",
      id: "setLogLevel",
      access: "write",
      summary: "Log more or less.",
      body: jsonBody(LOG_LEVEL, "The level."),
      answer: json(CHANGE, "It is set."),
      handle: ({ body }) => instance.setLogLevel(body.level),
    }),
  ];
}
