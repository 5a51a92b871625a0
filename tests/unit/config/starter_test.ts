import { expect, test } from "bun:test";
import { loadConfig, starterFile } from "../../../src/config/mod.ts";

const CHOICES = {
  protocol: "redis",
  listen: "127.0.0.1:22121",
  servers: ["10.0.0.1:6379:1 a", "/tmp/b.sock:2"],
};

test("the file to begin with is valid and has nothing to warn of", () => {
  const { config, faults, warnings } = loadConfig(starterFile(CHOICES), "f");
  expect([faults, warnings]).toEqual([[], []]);
  expect(config!.pools.map(({ name, protocol }) => [name, protocol])).toEqual([["main", "redis"]]);
  expect(config!.pools[0]!.servers.map(({ name, weight }) => [name, weight])).toEqual([
    ["a", 1],
    ["/tmp/b.sock:", 2],
  ]);
});

test("what it shows commented out can be uncommented, all of it, and is the default", () => {
  const text = starterFile(CHOICES);
  const uncommented = text.replaceAll(/^( *)#(?=(?: {2})?[a-z_]+:)/gm, "$1");
  expect(uncommented.split("\n").filter((line, i) => line !== text.split("\n")[i]).length).toBe(13);
  const { config, faults } = loadConfig(uncommented, "f");
  expect(faults).toEqual([]);
  expect({ ...config, places: {} }).toEqual({ ...loadConfig(text, "f").config!, places: {} });
});

for (const value of ["a: b", "# x", '"', "\\n", "{", "'"]) {
  test(`what it can't use is a fault of that line: ${value}`, () => {
    const { config, faults } = loadConfig(starterFile({ ...CHOICES, listen: value }), "f");
    expect(config).toBe(null);
    expect(faults.map(({ line, path }) => [line, path])).toEqual([[7, 'pool "main": listen']]);
  });
}
