/** The JSON Schema of both forms, for editors that complete and check YAML while it is typed. */
import * as z from "zod";
import { SECTIONS } from "./instance_options.ts";
import { type ConfigForm, defaultOf, type Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";

/**
 * A JSON Schema (draft 2020-12) that accepts either form of the file.
 *
 * Shape: it knows each option's type, range, default and description, not the rules between options.
 */
export function configJsonSchema(): unknown {
  const schema = z.union([ownForm(), z.record(z.string(), objectOf(POOL_OPTIONS, "nutcracker"))]);
  return z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
}

function ownForm(): z.ZodType {
  const shape: Record<string, z.ZodType> = { pools: z.record(z.string(), objectOf(POOL_OPTIONS, "sennit")) };
  for (const [key, options] of Object.entries(SECTIONS)) shape[key] = objectOf(options, "sennit").optional();
  return z.strictObject(shape);
}

function objectOf(options: Options, form: ConfigForm): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const option of Object.values(options)) {
    const { schema } = option.type;
    const unset = defaultOf(option, form);
    const meta = { ...schema.meta(), description: option.description };
    if (unset === undefined) shape[option.key] = schema.meta(meta);
    // YAML has no way to write the null of an option that is left out.
    else shape[option.key] = schema.meta(unset === null ? meta : { ...meta, default: unset }).optional();
  }
  return z.strictObject(shape);
}
