import { expect, test } from "bun:test";
import { INSTANCE_OPTIONS } from "../../../src/config/instance_options.ts";
import { optionReference } from "../../../src/config/mod.ts";
import type { Options } from "../../../src/config/option.ts";
import { POOL_OPTIONS } from "../../../src/config/pool_options.ts";

const LINES = optionReference().split("\n");

/** The cells of the row of an option. */
function row(key: string): string[] {
  const line = LINES.find((each) => each.startsWith(`| \`${key}\``)) ?? "";
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

/** Every option with the key of its row, those of maps included. */
function rowsOf(options: Options, prefix = ""): [key: string, option: Options[string]][] {
  return Object.values(options).flatMap((option) => {
    const key = prefix + option.key;
    return [[key, option], ...("options" in option.type ? rowsOf(option.type.options, `${key}.`) : [])];
  });
}

test("optionReference has a row for every option but the sections, with its description", () => {
  const sections = ["admin", "log", "limits", "slowlog", "hot_keys"];
  for (const [key, option] of [...rowsOf(POOL_OPTIONS), ...rowsOf(INSTANCE_OPTIONS)]) {
    expect([key, row(key).at(-1)]).toEqual([key, sections.includes(key) ? undefined : option.description]);
  }
});

test("optionReference has rows for the options of maps", () => {
  expect(row("tls").slice(0, 3)).toEqual(["`tls` *", "map", "none"]);
  expect(row("tls.cert").slice(0, 3)).toEqual(["`tls.cert` *", "path", "required"]);
  expect(row("server_tls.verify").slice(0, 3)).toEqual(["`server_tls.verify` *", "true or false", "true"]);
  expect(row("log.level").slice(0, 3)).toEqual(["`log.level`", "int 0..11", "5"]);
  expect(row("admin.listen")[2]).toBe("127.0.0.1:9922");
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
