/** `/healthz` and `/readyz`: for those who start, watch and balance. Neither needs a token. */
import * as z from "zod";
import type { Instance, Readiness } from "../../control/instance.ts";
import { json, type Route, route } from "../route.ts";
import { named } from "../schema.ts";

const HEALTH = named("Health", z.object({ status: z.literal("ok") }));

const DETAIL = z.object({
  workers: z.array(z.object({
    slot: z.number(),
    pid: z.number(),
    state: z.enum(["starting", "running", "draining", "restarting"]),
    restarts: z.number(),
    clients: z.number(),
  })),
  lastReload: z.object({ id: z.string(), at: z.string(), ok: z.boolean(), faults: z.array(z.string()) })
    .nullable()
    .describe(
      "The last attempt to load the configuration; a failed one changed nothing. Null before the first.",
    ),
});

const READINESS = named(
  "Readiness",
  z.object({
    ready: z.boolean(),
    state: z.enum(["starting", "running", "draining"]),
    problems: z.array(z.string()).describe("Why it isn't ready, and what else is wrong."),
    detail: DETAIL.optional().describe("Left out for those who may not read."),
  }),
);

const NOT_READY = json(READINESS, "It should get no clients now.", 503);

/** The routes that tell whether the proxy is well. */
export function healthRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/healthz",
      id: "getHealth",
      access: "open",
      summary: "Whether the process answers.",
      answer: json(HEALTH, "It does."),
      handle: () => ({ status: "ok" as const }),
    }),
    route({
      method: "get",
      path: "/readyz",
      id: "getReadiness",
      access: "open",
      summary: "Whether the proxy should get clients: 200, else 503.",
      answer: json(READINESS, "It serves."),
      otherwise: [NOT_READY],
      handle: async ({ mayRead }) => {
        const shown = show(await instance.readiness(), mayRead);
        return shown.ready ? shown : NOT_READY.write(shown);
      },
    }),
  ];
}

function show(readiness: Readiness, mayRead: boolean): z.output<typeof READINESS> {
  const { state, workers, lastReload } = readiness;
  const running = workers.filter((worker) => worker.state === "running").length;
  const problems: string[] = [];
  if (state === "starting") problems.push("the proxy is starting");
  if (state === "draining") problems.push("the proxy is draining: it accepts no more clients");
  if (state === "running" && running < workers.length) {
    problems.push(`${running} of ${workers.length} workers run`);
  }
  if (lastReload?.ok === false) {
    problems.push("the last reload failed; the configuration before it is in force");
  }
  const detail = {
    workers: [...workers],
    lastReload: lastReload && { ...lastReload, faults: [...lastReload.faults] },
  };
  const ready = state === "running" && running > 0;
  return { ready, state, problems, ...(mayRead ? { detail } : {}) };
}
