import { expect, test } from "bun:test";
import { configJsonSchema } from "../../../src/config/mod.ts";
import { POOL_OPTIONS } from "../../../src/config/pool_options.ts";

/** The part of a schema these tests look at. */
interface Schema {
  anyOf: Schema[];
  properties: Record<string, Schema & { description?: string; default?: unknown }>;
  additionalProperties: Schema;
  required: string[];
}

const { anyOf: [own, nutcracker] } = configJsonSchema() as Schema;
const OWN_POOL = own!.properties.pools!.additionalProperties;
const NUTCRACKER_POOL = nutcracker!.additionalProperties;

test("configJsonSchema describes every option of a pool in both forms, and allows no other", () => {
  for (const pool of [OWN_POOL, NUTCRACKER_POOL]) {
    const described = Object.entries(pool.properties).map(([key, { description }]) => [key, description]);
    expect(described).toEqual(Object.values(POOL_OPTIONS).map((option) => [option.key, option.description]));
    expect(pool.additionalProperties).toBe(false as never);
    expect(pool.required).toEqual(["listen"]);
  }
});

test("configJsonSchema gives types and ranges as YAML has them, and each form its defaults", () => {
  expect(OWN_POOL.properties.timeout).toMatchObject({ type: "integer", minimum: 0, default: 5000 } as object);
  expect(NUTCRACKER_POOL.properties.timeout).toMatchObject({ default: 0 });
  expect(OWN_POOL.properties.redis).toMatchObject({ type: "boolean", default: false } as object);
  expect(OWN_POOL.properties.servers).toMatchObject(
    { type: "array", minItems: 1, items: { type: "string" } } as object,
  );
  expect(OWN_POOL.properties.max_bulk).toMatchObject({ type: ["integer", "string"] } as object);
});

test("configJsonSchema knows the options beside the pools", () => {
  const keys = ["workers", "shutdown_grace", "pid_file", "watch", "store"];
  const sections = ["admin", "log", "limits", "slowlog", "hot_keys"];
  expect(Object.keys(own!.properties)).toEqual(["pools", ...keys, ...sections]);
  expect(own!.required).toEqual(["pools"]);
  expect(own!.properties.log!.properties.level).toMatchObject({ type: "integer", default: 5 });
  expect(own!.properties.admin!.properties.listen!.default).toBe("127.0.0.1:9922");
  expect(own!.properties.log!.additionalProperties).toBe(false as never);
});

test("configJsonSchema describes the options of maps", () => {
  const { tls, server_tls, users } = OWN_POOL.properties;
  expect(tls!.required).toEqual(["cert", "key"]);
  expect(tls!.properties.cert).toMatchObject({ type: ["string", "number"] } as object);
  expect(server_tls!.anyOf[0]!.required).toBeUndefined();
  expect(server_tls!.anyOf[1]).toEqual({ type: "boolean" } as never);
  expect(users!.additionalProperties).toMatchObject({ type: "string" } as object);
});
