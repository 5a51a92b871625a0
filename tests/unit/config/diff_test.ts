import { describe, expect, test } from "bun:test";
import {
  changesNothing,
  type Config,
  describeDiff,
  diffConfigs,
  loadConfig,
} from "../../../src/config/mod.ts";

const SERVERS = "servers: ['10.0.0.1:6379:1 a', '10.0.0.2:6379:1 b']";
const HASH = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5";

function load(text: string): Config {
  return loadConfig(text, "n.yml").config!;
}

/** Our form, with a pool "p" that has these options, and these lines beside it. */
function own(options: string, ...lines: string[]): Config {
  return load([`pools: {p: {listen: 'a:1', redis: true, ${options}}}`, ...lines, ""].join("\n"));
}

describe("diffConfigs", () => {
  test("finds nothing when the values are the same, wherever they stand", () => {
    const old = own(`${SERVERS}, timeout: 400, tls: {cert: c, key: k}`, "log: {level: 6}", "watch: true");
    const next = load(`
watch: true
log:
  level:   6
pools:
  p:
    tls: { key: k, cert: c }
    timeout: 400
    redis: true
    servers:
    - 10.0.0.2:6379:1 b
    - 10.0.0.1:6379:1 a
    listen: a:1
`);
    expect(old.places).not.toEqual(next.places);
    const diff = diffConfigs(old, next);
    expect(diff).toEqual({ added: [], removed: [], changed: [], instance: [] });
    expect(changesNothing(diff)).toBe(true);
    expect(describeDiff(diff)).toEqual([]);
  });

  test("finds nothing when a configuration was sent to another process", () => {
    const config = own(`${SERVERS}, tls: {cert: c, key: k}, users: {app: 'on nopass ~* +@all'}`);
    const received = structuredClone(config);
    expect(received).toEqual(config);
    expect(changesNothing(diffConfigs(config, received))).toBe(true);
  });

  test("matches pools by name", () => {
    const pool = (port: number, timeout = 1) => `{listen: 'a:${port}', ${SERVERS}, timeout: ${timeout}}`;
    const old = load(`pools: {x: ${pool(1)}, y: ${pool(2)}, z: ${pool(3)}}\n`);
    const next = load(`pools: {z: ${pool(3)}, y: ${pool(2, 2)}, w: ${pool(1)}}\n`);
    const diff = diffConfigs(old, next);
    expect(diff).toMatchObject({ added: ["w"], removed: ["x"], instance: [] });
    expect(diff.changed.map(({ name }) => name)).toEqual(["y"]);
    expect(changesNothing(diff)).toBe(false);
    expect(describeDiff(diff)).toEqual([
      'pool "x" removed',
      'pool "w" added',
      'pool "y": timeout: 1 ms -> 2 ms',
    ]);
  });

  test("tells servers that came, went, weigh or are somewhere else", () => {
    const old = own("servers: ['h:1:1 a', 'h:2:1 b', 'h:3:1 c', '/tmp/d:1 d']");
    const next = own("servers: ['h:1:5 a', 'h:22:2 b', '/tmp/d:1 d', 'h:4:1 e']");
    const [pool] = diffConfigs(old, next).changed;
    expect(pool!.options).toEqual([]);
    expect(pool!.servers).toEqual({
      added: [{ name: "e", address: { kind: "tcp", host: "h", port: 4 }, weight: 1 }],
      removed: [{ name: "c", address: { kind: "tcp", host: "h", port: 3 }, weight: 1 }],
      reweighted: [{ name: "a", from: 1, to: 5 }, { name: "b", from: 1, to: 2 }],
      moved: [{
        name: "b",
        from: { kind: "tcp", host: "h", port: 2 },
        to: { kind: "tcp", host: "h", port: 22 },
      }],
    });
    expect(describeDiff(diffConfigs(old, next))).toEqual([
      'pool "p": server "c" removed',
      'pool "p": server "e" added, at h:4 with weight 1',
      'pool "p": server "a": weight 1 -> 5',
      'pool "p": server "b": weight 1 -> 2',
      'pool "p": server "b": address h:2 -> h:22',
    ]);
  });

  test("goes into a map that both have, and shows one that only one of them has as a whole", () => {
    const none = own(SERVERS);
    const some = own(`${SERVERS}, tls: {cert: c, key: k}, server_tls: true`);
    const other = own(`${SERVERS}, tls: {cert: c2, key: k, client_ca: ca}, server_tls: {verify: false}`);
    expect(describeDiff(diffConfigs(none, some))).toEqual([
      'pool "p": tls: none -> { cert: c, key: k }',
      'pool "p": server_tls: none -> { verify: true }',
    ]);
    expect(diffConfigs(some, other).changed[0]!.options).toEqual([
      { field: "tls", key: "tls.cert", from: "c", to: "c2" },
      { field: "tls", key: "tls.client_ca", from: "none", to: "ca" },
      { field: "serverTls", key: "server_tls.verify", from: "true", to: "false" },
    ]);
  });

  test("names the options beside the pools with their section", () => {
    const old = own(SERVERS);
    const next = own(SERVERS, "workers: auto", "admin: {listen: off}", "limits: {total_bytes: 4gb}");
    expect(diffConfigs(old, next).instance).toEqual([
      { field: "workers", key: "workers", from: "1", to: "auto" },
      { field: "admin", key: "admin.listen", from: "127.0.0.1:9922", to: "off" },
      { field: "limits", key: "limits.total_bytes", from: "2gb", to: "4gb" },
    ]);
    expect(describeDiff(diffConfigs(old, next))[0]).toBe("workers: 1 -> auto, once the proxy is upgraded");
    expect(describeDiff(diffConfigs(old, next))[1]).toBe("admin.listen: 127.0.0.1:9922 -> off");
  });

  test("sees that a secret is another one, and shows neither", () => {
    const secrets = (word: string) =>
      own(
        `${SERVERS}, redis_auth: ${word}, backend_auth: {user: u, password: ${word}}, ` +
          `users: {app: 'on #${HASH} ~${word}:* +@all'}`,
      );
    const diff = diffConfigs(secrets("hunter2"), secrets("hunter3"));
    expect(describeDiff(diff)).toEqual([
      'pool "p": redis_auth changed',
      'pool "p": users changed',
      'pool "p": backend_auth.password changed',
    ]);
    for (const other of [diff, diffConfigs(own(SERVERS), secrets("hunter2"))]) {
      expect(JSON.stringify([other, describeDiff(other)])).not.toMatch(/hunter|5994/);
    }
    expect(describeDiff(diffConfigs(own(SERVERS), secrets("hunter2")))).toContain(
      'pool "p": backend_auth: none -> { user: u, password: ******** }',
    );
  });

  test("sees that a pool speaks something else", () => {
    const old = load("p: {listen: 'a:1', redis: true, servers: ['a:1:1']}\n");
    const next = load("p: {listen: 'a:1', servers: ['a:1:1']}\n");
    expect(diffConfigs(old, next).changed[0]!.options.map(({ field }) => field)).toEqual([
      "redis",
      "protocol",
    ]);
  });
});
