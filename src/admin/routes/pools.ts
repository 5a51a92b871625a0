/** `/pools`: what pools there are, which servers they have, and where a key goes. */
import * as z from "zod";
import { didYouMean } from "../../config/mod.ts";
import type { Instance, PoolCommands, PoolView, RouteView } from "../../control/instance.ts";
import * as field from "../field.ts";
import { Refusal } from "../refusal.ts";
import { json, type Route, route } from "../route.ts";
import { named } from "../schema.ts";
import { showBytes } from "../shown_bytes.ts";

const REPLICA = named(
  "Replica",
  z.object({
    id: z.string().describe("What names it in the pool: its address."),
    address: z.string(),
    zone: z.string().nullable().describe("Null when nobody says where it stands."),
    weight: z.number().describe("Its share of the reads beside the other replicas'."),
    state: z.enum(["read", "unfit", "off"]).describe(
      "`off`: the pool reads from primaries alone; `unfit`: some worker doesn't read from it now.",
    ),
    lagMs: z.number().nullable().describe("How far it was behind when it last told; null before it has."),
    lagBytes: z.number().nullable(),
  }),
);

const SERVER = named(
  "Server",
  z.object({
    id: z.string().describe("What names it in the pool: the name of its entry, or host:port."),
    address: z.string(),
    weight: z.number(),
    state: z.enum(["live", "failed", "ejected", "draining"])
      .describe("`failed`: taken out by its failures; `ejected`, `draining`: by an operator."),
    since: z.string().describe("When the state began; ISO 8601."),
    share: z.number().describe("Share of the key space it owns now, 0 to 1."),
    zone: z.string().nullable().describe("Null when nobody says where it stands."),
    replicas: z.array(REPLICA),
  }),
);

const POOL: z.ZodType<PoolView> = named(
  "Pool",
  z.object({
    name: z.string(),
    protocol: z.enum(["redis", "memcached"]),
    listen: z.string(),
    distribution: z.string(),
    hash: z.string(),
    hashTag: z.string().nullable(),
    epoch: z.number().describe("Counts the rings, or layouts, this pool has had."),
    unservedSlots: z.number().nullable()
      .describe("Of a cluster's 16,384 slots, those that nobody serves; null where there are no slots."),
    readFrom: z.enum(["primary", "replica", "nearest"])
      .describe("Which members of a group its reads prefer."),
    zone: z.string().nullable().describe("Where the proxy stands."),
    overridden: z.boolean().describe("Its servers were changed over this endpoint and are not the file's."),
    servers: z.array(SERVER),
  }),
);

const POOLS = named("Pools", z.object({ pools: z.array(POOL) }));

const KEY_ROUTE = named(
  "KeyRoute",
  z.object({
    pool: z.string(),
    server: z.string().nullable().describe("The key's owner; null when no server is in the ring."),
    address: z.string().nullable(),
    hashed: z.string().describe("The part of the key that is hashed."),
    hashedBase64: z.string().optional().describe("The same, where it isn't UTF-8."),
    hash: z.number().nullable().describe("Null where nothing is hashed."),
    point: z.number().nullable()
      .describe("The ring's point, or the slot, that the hash fell to; null where there is neither."),
    epoch: z.number().describe("Of the ring that was asked."),
  }),
);

const COMMANDS: z.ZodType<PoolCommands> = named(
  "PoolCommands",
  z.object({
    pool: z.string(),
    servers: z.array(z.object({
      server: z.string(),
      commands: z.number().describe("How many commands it has told of, with subcommands; 0: not yet."),
      fault: z.string().describe("Why it didn't tell when it was asked last; empty when it did."),
    })),
    learned: z.array(z.object({
      name: z.string(),
      arity: z.number(),
      flags: z.array(z.string()),
      keys: z.string().describe("Where its keys are, as the option `commands` declares it."),
      missing: z.array(z.string()).describe("Servers that lack it: they say so when it is for them."),
    })).describe("Commands that the proxy's own table lacks, and that are served."),
    refused: z.array(z.object({ name: z.string(), reason: z.string() }))
      .describe("Those that are not served."),
    lacking: z.array(z.string()).describe(
      "Commands of the table that a server lacks: COMMAND leaves them out.",
    ),
  }),
);

const POOL_NAME = z.strictObject({ pool: z.string().describe("The pool's name.") });

const KEY = z.strictObject({
  key: field.bytes("The key; any byte can be escaped with %.").optional(),
  key_base64: field.base64("The key in base64, in place of `key`.").optional(),
});

/** The routes that show pools. */
export function poolRoutes(instance: Instance): Route[] {
  return [
    route({
      method: "get",
      path: "/pools",
      id: "listPools",
      access: "read",
      summary: "All pools with their servers.",
      answer: json(POOLS, "The pools."),
      handle: async () => ({ pools: await instance.pools() }),
    }),
    route({
      method: "get",
      path: "/pools/{pool}",
      id: "getPool",
      access: "read",
      summary: "One pool.",
      params: POOL_NAME,
      answer: json(POOL, "The pool."),
      refuses: [404],
      handle: ({ params }) => findPool(instance, params.pool),
    }),
    route({
      method: "get",
      path: "/pools/{pool}/commands",
      id: "getPoolCommands",
      access: "read",
      summary: "What a Redis pool has learned of its servers' commands.",
      params: POOL_NAME,
      answer: json(COMMANDS, "The commands."),
      refuses: [404],
      handle: ({ params }) => instance.commands(params.pool),
    }),
    route({
      method: "get",
      path: "/pools/{pool}/route",
      id: "routeKey",
      access: "read",
      summary: "Which server owns a key, and why: ?key= or ?key_base64=.",
      params: POOL_NAME,
      query: KEY,
      answer: json(KEY_ROUTE, "Where the key goes."),
      refuses: [404],
      handle: ({ params, query }) => showRoute(instance.route(params.pool, onlyKey(query))),
    }),
  ];
}

async function findPool(instance: Instance, name: string): Promise<PoolView> {
  const pools = await instance.pools();
  const pool = pools.find((each) => each.name === name);
  if (pool !== undefined) return pool;
  const hint = didYouMean(name, pools.map((each) => each.name));
  throw new Refusal(404, "pool", `there is no pool ${JSON.stringify(name)}${hint}`);
}

function onlyKey({ key, key_base64 }: z.output<typeof KEY>): Uint8Array {
  if (key !== undefined && key_base64 !== undefined) {
    throw new Refusal(400, "key_base64", "give the key once: as key or as key_base64");
  }
  const given = key ?? key_base64;
  if (given === undefined) {
    throw new Refusal(400, "key", "it is missing; give the key as ?key= or ?key_base64=");
  }
  return given;
}

function showRoute(view: RouteView): z.output<typeof KEY_ROUTE> {
  return { ...view, ...showBytes("hashed", view.hashed) };
}
