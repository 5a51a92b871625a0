import { expect, test } from "bun:test";
import { type Config, describeInstance, describePool, loadConfig } from "../../../src/config/mod.ts";
import { inPool, own } from "./bad_file.ts";

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

test("describePool describes a map option by option where there is one, and masks what is secret in it", () => {
  const without = rowsOf(loadConfig(inPool(), "n.yml").config!);
  expect(["tls", "server_tls", "users", "backend_auth"].map((key) => without.get(key))).toEqual(
    Array.from({ length: 4 }, () => ["none", true]),
  );
  const rows = rowsOf(
    loadConfig(
      inPool(
        "tls: {cert: c.pem, key: k.pem}",
        "server_tls: {verify: false}",
        "users: {app: on nopass ~hunter2}",
        "backend_auth: {user: me, password: hunter2}",
      ),
      "n.yml",
    ).config!,
  );
  expect(rows.has("tls")).toBe(false);
  expect(rows.get("tls.cert")).toEqual(["c.pem", false]);
  expect(rows.get("tls.client_ca")).toEqual(["none", true]);
  expect(rows.get("server_tls.ca")).toEqual(["none", true]);
  expect(rows.get("server_tls.verify")).toEqual(["false", false]);
  expect(rows.get("users")).toEqual(["********", false]);
  expect(rows.get("backend_auth.user")).toEqual(["me", false]);
  expect(rows.get("backend_auth.password")).toEqual(["********", false]);
  expect(JSON.stringify([...rows])).not.toContain("hunter2");
});

test("describeInstance shows words that stand for values", () => {
  const lines = ["workers: auto", "admin: {listen: off}", "store: file:/x"];
  const rows = rowsOf(loadConfig(own(...lines), "n.yml").config!);
  expect(rows.get("workers")).toEqual(["auto", false]);
  expect(rows.get("admin.listen")).toEqual(["off", false]);
  expect(rows.get("store")).toEqual(["file:/x", false]);
  const written = rowsOf(loadConfig(own("admin: {listen: '127.0.0.1:9922'}"), "n.yml").config!);
  expect(written.get("admin.listen")).toEqual(["127.0.0.1:9922", true]);
});

test("describeInstance puts the section before the key", () => {
  const rows = rowsOf(loadConfig(inPool(), "n.yml").config!);
  expect(rows.get("log.level")).toEqual(["5", true]);
  expect(rows.get("log.file")).toEqual(["none", true]);
  expect(rows.get("limits.total_bytes")).toEqual(["2gb", true]);
});
