/** Schemas with a name: what bodies are checked and documented with. `/openapi.json` lists them under these names. */
import * as z from "zod";

/** All named schemas. */
export const NAMED = z.registry<{ id: string }>();

/** Gives a schema its name. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  NAMED.add(schema, { id });
  return schema;
}
