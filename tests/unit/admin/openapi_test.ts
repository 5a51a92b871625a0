/** The OpenAPI document: valid, whole, and about nothing that isn't there. */
import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { routerPath } from "../../../src/admin/route.ts";
import { Endpoint } from "./endpoint.ts";

const endpoint = new Endpoint();
const { body: document } = await endpoint.ask("GET /openapi.json");

/** Every value of the tree under a key. */
function valuesOf(tree: unknown, key: string): unknown[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap((
    [name, value],
  ) => [...(name === key ? [value] : []), ...valuesOf(value, key)]);
}

// deno-lint-ignore no-explicit-any
type Operation = any;
const OPERATIONS: [string, Operation][] = Object.entries<Operation>(document.paths).flatMap((
  [path, methods],
) =>
  Object.entries<Operation>(methods).map((
    [method, operation],
  ): [string, Operation] => [`${method} ${path}`, operation])
);

describe("/openapi.json", () => {
  test("is a valid document of OpenAPI 3.1", async () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info.version).toBe("9.8.7");
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  });

  test("has every route, and no other", () => {
    const declared = endpoint.routes.map(({ method, path }) => `${method} ${path}`);
    expect(OPERATIONS.map(([name]) => name).sort()).toEqual(declared.sort());
    expect(new Set(endpoint.routes.map(routerPath)).size).toBe(Object.keys(document.paths).length);
  });

  test("refers to schemas that are there, and has none that nothing refers to", () => {
    const targets = new Set(valuesOf(document, "$ref") as string[]);
    const schemas = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    // The schema of what stands behind `data:` is named in words.
    expect([...targets, "#/components/schemas/Event"].sort()).toEqual(schemas.sort());
    expect(valuesOf(document, "$schema")).toEqual([]);
    expect(valuesOf(document, "$id")).toEqual([]);
  });

  test("gives every operation an id of its own, a summary and a body for each answer", () => {
    const ids = OPERATIONS.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { summary, responses }] of OPERATIONS) {
      expect([name, summary]).toEqual([name, expect.stringMatching(/\.$/)]);
      for (const response of Object.values<Operation>(responses)) {
        for (const { schema } of Object.values<Operation>(response.content)) expect(schema).toBeObject();
      }
    }
  });

  test("describes every parameter of the path, as required", () => {
    for (const [name, { parameters }] of OPERATIONS) {
      const inPath = Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter]) => parameter);
      const described = parameters.filter((each: Operation) => each.in === "path");
      expect(described.map((each: Operation) => [each.name, each.required])).toEqual(
        inPath.map((parameter) => [parameter, true]),
      );
    }
  });

  test("says which operations need a token", () => {
    for (const [name, { security }] of OPERATIONS) {
      expect([name, security]).toEqual([name, /z$/.test(name) ? [] : undefined]);
    }
    expect(document.security).toEqual([{ token: [] }]);
  });

  test("says what values may be", () => {
    const [, { requestBody }] = OPERATIONS.find(([name]) => name === "patch /pools/{pool}/servers/{id}")!;
    expect(requestBody.content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/ServerChange",
    });
    expect(document.components.schemas.ServerChange).toMatchObject({
      additionalProperties: false,
      properties: {
        weight: { type: "integer", minimum: 1 },
        state: { enum: ["live", "ejected", "draining"] },
      },
    });
    const [, { parameters }] = OPERATIONS.find(([name]) => name === "get /slowlog")!;
    expect(parameters.find((each: Operation) => each.name === "count")).toMatchObject({
      in: "query",
      required: false,
      schema: { type: "integer", minimum: 1, maximum: 1_000_000 },
    });
  });
});
