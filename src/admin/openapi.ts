/** The OpenAPI document, made of the routes' declarations. */
import * as z from "zod";
import { MAX_BODY_BYTES } from "./question.ts";
import { REFUSAL, type RefusalStatus } from "./refusal.ts";
import type { Access, Answer, Route } from "./route.ts";
import { NAMED } from "./schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** The document for `routes`. Source: OpenAPI 3.1.1, https://spec.openapis.org/oas/v3.1.1 */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "Sennit's admin endpoint",
      version,
      description:
        "What an operator asks and changes. Every change is all or nothing, and has a ulid that stands in its " +
        "answer, in the log and in the event.",
    },
    // Wherever this document was read from.
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "The token of admin.token_file, or for reading that of admin.read_token_file; none where neither is set.",
        },
      },
    },
  };
}

const SCHEMA_PATH = "#/components/schemas/";

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(NAMED, { uri: (id) => SCHEMA_PATH + id, io: "input" });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, schema]),
  );
}

function operation(route: Route): Json {
  return {
    operationId: route.id,
    summary: route.summary,
    description: [route.description, ACCESS[route.access]].filter(Boolean).join(" "),
    tags: [route.path.split("/")[1] || "index"],
    ...(route.access === "open" ? { security: [] } : {}),
    parameters: [
      ...parameters("path", route.params),
      ...parameters("query", route.query),
      ...parameters("header", route.headers),
    ],
    ...(route.body ? { requestBody: requestBody(route.body) } : {}),
    responses: responses(route),
  };
}

const ACCESS: Record<Access, string> = {
  open: "Needs no token.",
  read: "Needs a token.",
  write: "Needs the write token.",
};

function parameters(where: "path" | "query" | "header", fields: z.ZodObject | undefined): Json[] {
  return Object.entries(fields?.shape ?? {}).map(([name, field]) => {
    const { $schema: _, description, ...schema } = z.toJSONSchema(field as z.ZodType, {
      io: "output",
      unrepresentable: "any",
    });
    const required = where === "path";
    return { name, in: where, required, ...(description ? { description } : {}), schema };
  });
}

function requestBody({ media, description, schema }: NonNullable<Route["body"]>): Json {
  return {
    required: true,
    description: `${description} At most ${MAX_BODY_BYTES} bytes.`,
    content: { [media]: { schema: schemaOf(schema ?? z.string()) } },
  };
}

/** A named schema by its name, another one as it is. */
function schemaOf(schema: z.ZodType): Json {
  const id = NAMED.get(schema)?.id;
  if (id !== undefined) return { $ref: SCHEMA_PATH + id };
  const { $schema: _, ...plain } = z.toJSONSchema(schema);
  return plain;
}

function responses(route: Route): Json {
  const given: Record<string, Json> = {};
  for (
    const { status, media, description, schema } of [route.answer, ...(route.otherwise ?? [])] as Answer<
      unknown
    >[]
  ) {
    const content = { ...given[status]?.content as Json | undefined, [media]: { schema: schemaOf(schema) } };
    given[status] = { description: given[status]?.description ?? description, content };
  }
  for (const status of refusalsOf(route)) given[status] ??= refused(status);
  return given;
}

/** Every status the route may refuse with. */
export function refusalsOf(route: Route): RefusalStatus[] {
  const statuses = new Set<RefusalStatus>([400, 403, 500]);
  if (route.access !== "open") statuses.add(401);
  if (route.body) statuses.add(413);
  for (const status of route.refuses ?? []) statuses.add(status);
  return [...statuses].sort();
}

const MEANINGS: Record<RefusalStatus, string> = {
  400: "Something in the request is wrong; `field` names it.",
  401: "The token is missing or not the right one.",
  403:
    "The token is for reading only; or, where no tokens are set, the request comes from a web page of somebody else.",
  404: "What the request names isn't there.",
  405: "The path has no such method; Allow lists those it has.",
  409: "It can't be done as things are, or needs to be confirmed with `share`.",
  413: "The body is too large.",
  500: "It failed; the log says more.",
  503: "Too many ask for it at the same time.",
};

function refused(status: RefusalStatus): Json {
  return { description: MEANINGS[status], content: { "application/json": { schema: schemaOf(REFUSAL) } } };
}
