/** `/hotkeys`: the keys that are asked for most. */
import * as z from "zod";
import type { Instance } from "../../control/instance.ts";
import type { HotKey } from "../../stats/mod.ts";
import * as field from "../field.ts";
import { json, type Route, route } from "../route.ts";
import { named } from "../schema.ts";
import { showBytes } from "../shown_bytes.ts";

const HOT_KEYS = named(
  "HotKeys",
  z.object({
    keys: z.array(z.object({
      pool: z.string(),
      key: z.string(),
      keyBase64: z.string().optional().describe("The same, where it isn't UTF-8."),
      server: z.string().describe("The server that owns it."),
      requests: z.number().describe(
        "Requests for it, estimated from a sample; those of the last minute in full, of the one before it half, and so on.",
      ),
      error: z.number().describe("By how much `requests` may be too high."),
      perSecond: z.number(),
    })).describe("Most asked for first."),
  }),
);

const QUERY = z.strictObject({ pool: field.text("Only keys of this pool.").optional() });

/** The route of the hot keys. */
export function hotKeyRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/hotkeys",
      id: "getHotKeys",
      access: "read",
      summary: "The keys that are asked for most.",
      query: QUERY,
      answer: json(HOT_KEYS, "The keys."),
      refuses: [404],
      handle: async ({ query }) => ({ keys: (await instance.hotKeys(query.pool ?? null)).map(show) }),
    }),
  ];
}

function show({ key, ...rest }: HotKey): z.output<typeof HOT_KEYS>["keys"][number] {
  return { ...rest, ...showBytes("key", key) };
}
