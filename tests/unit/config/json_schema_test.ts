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
    expect(pool.required).toEqual(["listen", "servers"]);
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

test("configJsonSchema knows the sections beside the pools", () => {
  expect(Object.keys(own!.properties)).toEqual(["pools", "log", "limits"]);
  expect(own!.required).toEqual(["pools"]);
});
