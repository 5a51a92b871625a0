import { expect, test } from "bun:test";
import { type Config, describeInstance, describePool, loadConfig } from "../../../src/config/mod.ts";
import { inPool } from "./bad_file.ts";

function rowsOf(config: Config): Map<string, [value: string, isDefault: boolean]> {
  const options = [...describePool(config.pools[0]!, config.form), ...describeInstance(config)];
  return new Map(options.map(({ key, value, isDefault }) => [key, [value, isDefault]]));
}

test("describePool shows values as the file would have them, and which are defaults", () => {
  const rows = rowsOf(
    loadConfig(inPool("timeout: 400", "max_inline: 65536", 'hash_tag: "{}"'), "n.yml").config!,
  );
  expect(rows.get("listen")).toEqual(["127.0.0.1:22121", false]);
  expect(rows.get("timeout")).toEqual(["400 ms", false]);
  expect(rows.get("max_inline")).toEqual(["64kb", true]);
  expect(rows.get("hash_tag")).toEqual(["{}", false]);
  expect(rows.get("redis_auth")).toEqual(["none", true]);
  expect(rows.has("servers")).toBe(false);
});

test("describePool takes the timeout's default from the form of the file", () => {
  const pool = "{listen: 'a:1', redis: true, servers: ['a:1:1']}";
  expect(rowsOf(loadConfig(`p: ${pool}\n`, "n").config!).get("timeout")).toEqual(["0 ms", true]);
  expect(rowsOf(loadConfig(`pools: {p: ${pool}}\n`, "n").config!).get("timeout")).toEqual(["5000 ms", true]);
});

test("describePool masks a password", () => {
  const { config } = loadConfig(inPool("redis_auth: hunter2"), "n.yml");
  expect(rowsOf(config!).get("redis_auth")).toEqual(["********", false]);
  expect(JSON.stringify([...rowsOf(config!)])).not.toContain("hunter2");
});

test("describeInstance puts the section before the key", () => {
  const rows = rowsOf(loadConfig(inPool(), "n.yml").config!);
  expect(rows.get("log.level")).toEqual(["5", true]);
  expect(rows.get("log.file")).toEqual(["none", true]);
  expect(rows.get("limits.total_bytes")).toEqual(["2gb", true]);
});
