import { expect, test } from "bun:test";
import { sourceFile } from "./source_file.ts";

const importsOf = (text: string) => sourceFile("src/proxy/redis/file.ts", text).imports;

test("sourceFile knows its folder and its lines", () => {
  expect(sourceFile("src/hash/a/b.ts", "one\ntwo\n")).toMatchObject({ folder: "hash", lineCount: 2 });
  expect(sourceFile("src/version.ts", "one")).toMatchObject({ folder: "", lineCount: 1 });
  expect(sourceFile("mod.ts", "")).toMatchObject({ folder: "" });
});

test("sourceFile finds imports of every form", () => {
  const text = `
import "./bare.ts";
import whole from '../up.ts';
import { a } from "node:fs";
import {
  b,
  type C,
} from "../../hash/mod.ts";
export * from "./again.ts";
export { d } from "yaml";
const later = await import("./later.ts");
`;
  expect(importsOf(text).map(({ target }) => target).sort()).toEqual([
    "node:fs",
    "src/hash/mod.ts",
    "src/proxy/redis/again.ts",
    "src/proxy/redis/bare.ts",
    "src/proxy/redis/later.ts",
    "src/proxy/up.ts",
    "yaml",
  ]);
});

test("sourceFile tells imports of types from others", () => {
  const typeOnly = (text: string) => importsOf(text)[0]!.typeOnly;
  expect(typeOnly('import type { A } from "./a.ts";')).toBe(true);
  expect(typeOnly('import { type A, type B } from "./a.ts";')).toBe(true);
  expect(typeOnly('export type { A } from "./a.ts";')).toBe(true);
  expect(typeOnly('import { type A, b } from "./a.ts";')).toBe(false);
  expect(typeOnly('import { typeOf } from "./a.ts";')).toBe(false);
  expect(typeOnly('import * as a from "./a.ts";')).toBe(false);
  expect(typeOnly('export * from "./a.ts";')).toBe(false);
  expect(typeOnly('import "./a.ts";')).toBe(false);
});

test("sourceFile leaves comments out and strings in", () => {
  const { code, imports } = sourceFile(
    "src/a.ts",
    '/** Bun.listen\n import { a } from "./no.ts"; */\nuse("/* kept */"); // Bun.connect\nopen("http://kept");\n',
  );
  expect(code).not.toMatch(/Bun/);
  expect(code).toContain('use("/* kept */");');
  expect(code).toContain('"http://kept"');
  expect(imports).toEqual([]);
});
