/** What the options of the control plane, TLS and users resolve to when they are good. */
import { describe, expect, test } from "bun:test";
import { type Config, formatFault, loadConfig, type PoolConfig } from "../../../src/config/mod.ts";
import { inPool, listening, own } from "./bad_file.ts";

const HASH = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5";

function load(text: string): Config {
  const { config, faults } = loadConfig(text, "n.yml");
  expect(faults.map(formatFault)).toEqual([]);
  return config!;
}

describe("loadConfig reads", () => {
  const INSTANCE: [line: string, expected: object][] = [
    ["workers: 64", { workers: 64 }],
    ["workers: auto", { workers: 0 }],
    ["shutdown_grace: 0", { shutdownGraceMs: 0 }],
    ["pid_file: run/s.pid", { pidFile: "run/s.pid" }],
    ["watch: true", { watch: true }],
    ["store: file:/var/lib/s", { store: "/var/lib/s" }],
    ["admin: {listen: off}", { admin: { listen: null, tokenFile: null, readTokenFile: null } }],
    ["admin: {listen: /run/a.sock 0600}", {
      admin: { listen: { kind: "unix", path: "/run/a.sock", mode: 0o600 } },
    }],
    ["admin: {token_file: a, read_token_file: b}", {
      admin: {
        listen: { kind: "tcp", host: "127.0.0.1", port: 9922 },
        tokenFile: "a",
        readTokenFile: "b",
      },
    }],
    ["admin: {listen: 0.0.0.0:2, token_file: a}", { admin: { listen: { host: "0.0.0.0" } } }],
    ["log: {format: json}", { log: { level: 5, format: "json" } }],
    ["limits: {max_clients: 1000}", { limits: { maxTotalBytes: 2_147_483_648, maxClients: 1000 } }],
    ["slowlog: {threshold: 0, entries: 1}", { slowlog: { thresholdMs: 0, entries: 1 } }],
    ["hot_keys: {sample: 0, keys: 4096}", { hotKeys: { sample: 0, keys: 4096 } }],
    ["log: {}", { log: { level: 5, file: null, format: "text" } }],
  ];
  test.each(INSTANCE)("%s", (line, expected) => {
    expect(load(own(line))).toMatchObject(expected);
  });

  const ALL_OF_SERVER_TLS = { ca: null, cert: null, key: null, serverName: null, verify: true };
  const POOL: [line: string, expected: Partial<PoolConfig>][] = [
    ["tls: {cert: c, key: k}", { tls: { cert: "c", key: "k", clientCa: null } }],
    ["tls: {cert: c, key: k, client_ca: a}", { tls: { cert: "c", key: "k", clientCa: "a" } }],
    ["server_tls: true", { serverTls: ALL_OF_SERVER_TLS }],
    ["server_tls: {}", { serverTls: ALL_OF_SERVER_TLS }],
    ["server_tls: false", { serverTls: null }],
    ["server_tls: {ca: a, cert: c, key: k, server_name: s, verify: false}", {
      serverTls: { ca: "a", cert: "c", key: "k", serverName: "s", verify: false },
    }],
    ["backend_auth: {password: 0123}", { backendAuth: { user: null, password: "0123" } }],
    ["backend_auth: {user: u, password: p}", { backendAuth: { user: "u", password: "p" } }],
    ["admin_commands: true", { adminCommands: true }],
  ];
  test.each(POOL)("%s in either form", (line, expected) => {
    expect(load(inPool(line)).pools[0]).toMatchObject(expected);
    expect(load(`pools:\n${inPool(line).replaceAll(/^/gm, "  ")}`).pools[0]).toMatchObject(expected);
  });

  test("users in the order of the file, whatever their names look like", () => {
    const { users } = load(inPool(
      "users:",
      "  zoe: on nopass",
      `  "12": "on  #${HASH.toUpperCase()} ~app:*  +@all -@dangerous "`,
      "  __proto__: off",
      "  a.b@c: ON NOPASS %R~a:* %rw~b:{c} allkeys resetkeys allcommands nocommands +get -config|set",
    )).pools[0]!;
    expect(users).toEqual([
      { name: "zoe", rules: "on nopass" },
      { name: "12", rules: `on #${HASH.toUpperCase()} ~app:* +@all -@dangerous` },
      { name: "__proto__", rules: "off" },
      {
        name: "a.b@c",
        rules: "ON NOPASS %R~a:* %rw~b:{c} allkeys resetkeys allcommands nocommands +get -config|set",
      },
    ]);
  });

  test("users and what they share by merge keys", () => {
    const { users } = load(`
a: &base { listen: "a:1", redis: true, servers: ["a:1:1"], users: &users { app: on nopass } }
b: { <<: *base, listen: "a:2", users: { <<: *users, ops: off } }
`).pools[1]!;
    expect(users!.map(({ name }) => name)).toEqual(["ops", "app"]);
  });

  test("the default user's password from redis_auth beside other users", () => {
    const [pool] = load(inPool("redis_auth: x", "users: {app: on nopass}")).pools;
    expect(pool).toMatchObject({ redisAuth: "x", users: [{ name: "app" }] });
  });

  test("an admin endpoint on this machine without a token", () => {
    const hosts = [
      "127.0.0.1",
      "127.9.9.9",
      '"[::1]',
      "0:0:0:0:0:0:0:1",
      "localhost",
      "LOCALHOST",
      "::ffff:127.0.0.1",
    ];
    for (const host of hosts) {
      const quote = host.startsWith('"') ? '"' : "";
      load(own(`admin:\n  listen: ${host}:9${quote}`));
    }
    load(own("admin: {listen: /run/a.sock}"));
  });

  test("listeners that only look as if they collided", () => {
    const pools = (first: string, second: string, options = "") =>
      [first, second].map((listen, index) => `${listening(listen).replace("p:", `p${index}:`)}${options}`)
        .join("");
    load(pools("10.0.0.1:5", "10.0.0.2:5"));
    load(pools("0.0.0.0:5", "0.0.0.0:6"));
    load(pools("0.0.0.0:5", "::1:5"));
    load(pools("0.0.0.0:5", "10.0.0.1:5", "  reuseport: true\n"));
    load(own("admin: {listen: off}", { listen: "127.0.0.1:9922" }));
    load(own("admin: {listen: 127.0.0.1:9923}", { listen: "127.0.0.1:9922" }));
    load(listening("10.0.0.1:9922"));
  });
});

test("loadConfig never shows a password in a fault, whatever is wrong around it", () => {
  const files = [
    inPool("users: {app: on >hunter2}"),
    inPool("users: {app: on hunter2}"),
    inPool("users: {app: 'on #hunter2'}"),
    inPool("users: {app: on <hunter2}"),
    inPool("users: {app: on !hunter2}"),
    inPool("users: {app: on +hunter2! nopass}"),
    inPool("users: {app: on -@hunter2}"),
    inPool("users: {app: hunter2, app: hunter2}"),
    inPool("users: {app:hunter2}"),
    inPool("users: {app:hunter2, app:hunter2}"),
    inPool("users: {app >hunter2: x}"),
    inPool("users: {app: {hunter2: x, hunter2: y}}"),
    inPool("users: [app, hunter2]"),
    inPool("users: hunter2"),
    inPool("users: {default: on nopass}", "redis_auth: hunter2"),
    inPool("backend_auth: hunter2"),
    inPool("backend_auth: [hunter2]"),
    inPool("backend_auth: {password: [hunter2]}"),
    inPool("backend_auth: {password: {hunter2: x}}"),
    inPool("backend_auth: {password:hunter2}"),
    inPool("backend_auth: {password: x, password: hunter2}"),
  ];
  for (const text of files) {
    const { faults, warnings } = loadConfig(text, "n.yml");
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of [...faults, ...warnings]) expect(formatFault(fault)).not.toContain("hunter2");
  }
});

test("loadConfig gives plain data, which survives being sent to another process", () => {
  const config = load(own("admin: {token_file: t}", "workers: auto"));
  const [pool] = load(inPool("tls: {cert: c, key: k}", "users: {app: on nopass}", "server_tls: true")).pools;
  for (const value of [config, pool]) expect(structuredClone(value)).toEqual(value as never);
});
