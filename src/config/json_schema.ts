/** The JSON Schema of both forms, for editors that complete and check YAML while it is typed. */
import * as z from "zod";
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import { type ConfigForm, defaultOf, type Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import type { ValueType } from "./value.ts";

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
  const pools = z.record(z.string(), objectOf(POOL_OPTIONS, "sennit"));
  return z.strictObject({ pools, ...shapeOf(INSTANCE_OPTIONS, "sennit") });
}

function objectOf(options: Options, form: ConfigForm): z.ZodType {
  return z.strictObject(shapeOf(options, form));
}

function shapeOf(options: Options, form: ConfigForm): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  for (const option of Object.values(options)) {
    const schema = schemaOf(option.type, form);
    const meta = { ...schema.meta(), description: option.description };
    if (defaultOf(option, form) === undefined) shape[option.key] = schema.meta(meta);
    else shape[option.key] = schema.meta({ ...meta, ...writtenDefault(option, form) }).optional();
  }
  return shape;
}

/** The default as YAML has it; there is no way to write the null of an option that is left out, nor any need to. */
function writtenDefault(option: Options[string], form: ConfigForm): { default?: unknown } {
  const value: unknown = defaultOf(option, form);
  if (value === null || option.unless !== undefined || "options" in option.type) return {};
  if (option.type.written?.(value) === null) return {};
  return { default: typeof value === "object" ? option.type.show(value) : value };
}

function schemaOf(type: ValueType<unknown>, form: ConfigForm): z.ZodType {
  if (!("options" in type)) return type.schema;
  const map = objectOf(type.options, form);
  return type.orFlag ? z.union([map, z.boolean()]) : map;
}
