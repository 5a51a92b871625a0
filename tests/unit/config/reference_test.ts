import { expect, test } from "bun:test";
import { SECTIONS } from "../../../src/config/instance_options.ts";
import { optionReference } from "../../../src/config/mod.ts";
import { POOL_OPTIONS } from "../../../src/config/pool_options.ts";

const LINES = optionReference().split("\n");

/** The cells of the row of an option. */
function row(key: string): string[] {
  const line = LINES.find((each) => each.startsWith(`| \`${key}\``)) ?? "";
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

test("optionReference has a row for every option, with its description", () => {
  for (const option of Object.values(POOL_OPTIONS)) expect(row(option.key).at(-1)).toBe(option.description);
  for (const [section, options] of Object.entries(SECTIONS)) {
    for (const option of Object.values(options)) {
      expect(row(`${section}.${option.key}`).at(-1)).toBe(option.description);
    }
  }
});

test("optionReference marks the options nutcracker doesn't know", () => {
  expect(row("max_bulk").slice(0, 3)).toEqual(["`max_bulk` *", "size", "512mb"]);
  expect(row("backlog").slice(0, 3)).toEqual(["`backlog`", "int, 0 or more", "512"]);
});

test("optionReference says which options are required, and where the forms differ", () => {
  expect(row("listen")[2]).toBe("required");
  expect(row("timeout")[2]).toBe("5000 ms; 0 ms in nutcracker's form");
});

test("optionReference has tables whose rows are equally long", () => {
  const tables = LINES.filter((line) => line.startsWith("|"));
  const widths = new Set(tables.map((line) => line.length));
  expect(widths.size).toBe(2);
});
