/** README says nothing about options that the declarations don't. */
import { expect, test } from "bun:test";
import { optionReference } from "../../src/config/mod.ts";

test("README's option table is the one the declarations render", async () => {
  const readme = await Bun.file(new URL("../../README.md", import.meta.url)).text();
  const section = /<!-- options -->\n([\s\S]*)<!-- \/options -->/.exec(readme)?.[1] ?? "";
  expect(section.trim()).toBe(optionReference().trim());
});
