/** The table of all options, for README and `help`: rendered from the declarations, so that it can't fall behind. */
import { LIMIT_OPTIONS, LOG_OPTIONS } from "./instance_options.ts";
import type { Option, Options } from "./option.ts";
import { POOL_OPTIONS } from "./pool_options.ts";

/**
 * The options as Markdown: one table for the pools, one for the sections beside them.
 *
 * Shape: ends with a line break; the columns are padded, so that it reads well as plain text too.
 */
export function optionReference(): string {
  return [
    "Options of a pool. Those marked * are ours; the others mean what they mean in nutcracker's file.",
    "",
    table(rowsOf(POOL_OPTIONS, "")),
    "",
    "Options beside the pools, in sections of their own; they need the form with `pools:`.",
    "",
    table([...rowsOf(LOG_OPTIONS, "log."), ...rowsOf(LIMIT_OPTIONS, "limits.")]),
    "",
  ].join("\n");
}

const HEAD = ["Option", "Type", "Default", "What it does"];

function rowsOf(options: Options, prefix: string): string[][] {
  return Object.values(options).map((option) => {
    const mark = prefix === "" && option.origin === "sennit" ? " *" : "";
    return [`\`${prefix}${option.key}\`${mark}`, option.type.label, showDefault(option), option.description];
  });
}

function showDefault(option: Option<unknown>): string {
  if (option.default === undefined) return "required";
  const own = option.type.show(option.default);
  if (option.nutcrackerDefault === undefined) return own;
  return `${own}; ${option.type.show(option.nutcrackerDefault)} in nutcracker's form`;
}

function table(rows: string[][]): string {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(HEAD), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
