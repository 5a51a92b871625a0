/** `/stats` and `/metrics`: the figures, for people and nutcracker's collectors, and for Prometheus. */
import * as z from "zod";
import type { Instance } from "../../control/instance.ts";
import type { Renderings } from "../renderings.ts";
import { type Route, route, text } from "../route.ts";
import { named } from "../schema.ts";

const STATS = named(
  "Stats",
  z.object({
    service: z.string(),
    source: z.string().describe("The machine's name."),
    version: z.string(),
    uptime: z.number().describe("Seconds."),
    timestamp: z.number().describe("Seconds since 1970."),
    total_connections: z.number(),
    curr_connections: z.number(),
  }).catchall(z.unknown()).describe(
    "Beside these an object for each pool, by its name, with one for each server.",
  ),
);

/** The routes that show figures. */
export function statsRoutes(instance: Instance, renderings: Renderings): Route[] {
  return [
    route({
      method: "get",
      path: "/stats",
      id: "getStats",
      access: "read",
      summary: "Figures in nutcracker's JSON shape.",
      answer: text(
        "application/json",
        "As nutcracker's statistics port gives them, with more figures in each object.",
        STATS,
      ),
      handle: async () => renderings.nutcracker(await instance.figures()),
    }),
    route({
      method: "get",
      path: "/metrics",
      id: "getMetrics",
      access: "read",
      summary: "Figures as Prometheus scrapes them.",
      answer: text("text/plain; version=0.0.4; charset=utf-8", "Prometheus text format."),
      handle: async () => renderings.prometheus(await instance.figures()),
    }),
  ];
}
