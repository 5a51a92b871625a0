/** The table of all options, for README and `help`: rendered from the declarations, so that it can't fall behind. */
import { INSTANCE_OPTIONS } from "./instance_options.ts";
import type { Option, Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { markdownTable } from "./table.ts";

/**
 * The options as Markdown: one table for the pools, one for the sections beside them.
 *
 * Shape: ends with a line break; the columns are padded, so that it reads well as plain text too.
 */
export function optionReference(): string {
  return [
    "Options of a pool. Those marked * are ours; the others mean what they mean in nutcracker's file.",
    "",
    markdownTable([HEAD, ...rowsOf(POOL_OPTIONS, "", " *")]),
    "",
    "Options beside the pools; they need the form with `pools:`. A dot stands for a map: `log: { level: 5 }`.",
    "",
    markdownTable([HEAD, ...rowsOf(INSTANCE_OPTIONS, "", "")]),
    "",
  ].join("\n");
}

const HEAD = ["Option", "Type", "Default", "What it does"];

/** `mark` is put behind the options that are ours. A map that is always there has no row, only its options have. */
function rowsOf(options: Options, prefix: string, mark: string): string[][] {
  return Object.values(options).flatMap((option) => {
    const { type, origin, description } = option;
    const key = prefix + option.key;
    const name = `\`${key}\`${origin === "sennit" ? mark : ""}`;
    const row = [name, type.label, showDefault(option), description];
    if (!("options" in type)) return [row];
    const parts = rowsOf(type.options, `${key}.`, mark);
    return option.default === null ? [row, ...parts] : parts;
  });
}

function showDefault(option: Option<unknown>): string {
  if (option.unless !== undefined) return `required, or \`${option.unless}\``;
  if (option.default === undefined) return "required";
  const own = option.type.show(option.default);
  if (option.nutcrackerDefault === undefined) return own;
  return `${own}; ${option.type.show(option.nutcrackerDefault)} in nutcracker's form`;
}
