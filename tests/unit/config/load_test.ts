import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type Config,
  formatFault,
  type InstanceConfig,
  loadConfig,
  type PoolConfig,
} from "../../../src/config/mod.ts";
import { inPool, listening, serving } from "./bad_file.ts";

function load(text: string): Config {
  const { config, faults } = loadConfig(text, "n.yml");
  expect(faults.map(formatFault)).toEqual([]);
  return config!;
}

/** What a pool resolves to in our form when only what is required is set. */
const DEFAULTS: PoolConfig = {
  commands: null,
  learnCommands: true,
  name: "p",
  listen: { kind: "tcp", host: "127.0.0.1", port: 22121 },
  hash: "fnv1a_64",
  hashTag: null,
  distribution: "ketama",
  timeoutMs: 5000,
  connectTimeoutMs: 2000,
  backlog: 512,
  clientConnections: 0,
  tcpKeepalive: false,
  reusePort: false,
  redis: false,
  redisAuth: null,
  redisDb: 0,
  databases: 1,
  preconnect: false,
  autoEjectHosts: false,
  serverConnections: 1,
  serverRetryTimeoutMs: 30_000,
  serverFailureLimit: 2,
  servers: [{ name: "a:1", address: { kind: "tcp", host: "a", port: 1 }, weight: 1 }],
  cluster: null,
  protocol: "memcached",
  getFailures: "miss",
  maxItemBytes: 134_217_728,
  clientIdleTimeoutMs: 0,
  clientBodyTimeoutMs: 60_000,
  clientKeepaliveMs: 300_000,
  lateReplyGraceMs: 10_000,
  maxBulkBytes: 536_870_912,
  maxArguments: 1_048_576,
  maxInlineBytes: 65_536,
  maxRequestBytes: 1_073_741_824,
  maxKeysReplyBytes: 67_108_864,
  maxPendingRequests: 4096,
  maxPinned: 1000,
  sessionWindowBytes: 1_048_576,
  clientOutboxHighBytes: 1_048_576,
  clientOutboxLowBytes: 262_144,
  clientOutboxHardBytes: 1_073_741_824,
  serverOutboxHighBytes: 4_194_304,
  serverOutboxLowBytes: 1_048_576,
  replicas: null,
  readFrom: "replica",
  zone: null,
  zones: null,
  maxLagMs: 10_000,
  maxLagBytes: null,
  hedge: null,
  tls: null,
  serverTls: null,
  users: null,
  backendAuth: null,
  adminCommands: false,
};

/** What stands beside the pools when nothing is set. */
const INSTANCE_DEFAULTS: InstanceConfig = {
  workers: 1,
  shutdownGraceMs: 10_000,
  pidFile: null,
  watch: false,
  store: null,
  admin: {
    listen: { kind: "tcp", host: "127.0.0.1", port: 9922 },
    tokenFile: null,
    readTokenFile: null,
  },
  log: { level: 5, file: null, format: "text" },
  limits: { maxTotalBytes: 2_147_483_648, maxClients: 0 },
  slowlog: { thresholdMs: 100, entries: 128 },
  hotKeys: { sample: 100, keys: 32 },
};

const SMALLEST = "{listen: '127.0.0.1:22121', servers: ['a:1:1']}";

describe("loadConfig", () => {
  test("fills in the defaults when a pool of our form sets only what is required", () => {
    expect(load(`pools:\n  p: ${SMALLEST}\n`)).toEqual({
      file: "n.yml",
      form: "sennit",
      pools: [DEFAULTS],
      ...INSTANCE_DEFAULTS,
      places: {},
    });
  });

  test("reads a cluster in place of servers", () => {
    const cluster =
      "{seeds: ['a:1', '[::1]:2'], address_map: {'10.0.0.1:7000': 'b:1', 10.0.0.2: '::1', '[::1]:5': '[::2]:6'}}";
    expect(load(`pools:\n  p: {listen: 'a:1', redis: true, cluster: ${cluster}}\n`).pools[0]).toMatchObject({
      servers: [],
      cluster: {
        seeds: [{ kind: "tcp", host: "a", port: 1 }, { kind: "tcp", host: "::1", port: 2 }],
        addressMap: [
          { from: "10.0.0.1:7000", to: "b:1" },
          { from: "10.0.0.2", to: "::1" },
          { from: "[::1]:5", to: "[::2]:6" },
        ],
        refreshMs: 10_000,
      },
    });
  });

  test("leaves the timeout infinite when nutcracker's form doesn't set it", () => {
    expect(load(`p: ${SMALLEST}\n`)).toEqual({
      file: "n.yml",
      form: "nutcracker",
      pools: [{ ...DEFAULTS, timeoutMs: 0 }],
      ...INSTANCE_DEFAULTS,
      places: {},
    });
  });

  test("reads every option nutcracker has", () => {
    const [pool] = load(`
alpha:
  listen: /run/alpha.sock 0660
  hash: murmur
  hash_tag: "{}"
  distribution: modula
  timeout: 400
  backlog: 1024
  client_connections: 1000
  tcpkeepalive: true
  reuseport: true
  redis: true
  redis_auth: 0123
  redis_db: 5
  preconnect: true
  auto_eject_hosts: true
  server_connections: 2
  server_retry_timeout: 2000
  server_failure_limit: 3
  servers:
   - 10.0.0.1:11211:1
   - /tmp/r.sock:2 beta
`).pools;
    expect(pool).toEqual({
      ...DEFAULTS,
      name: "alpha",
      listen: { kind: "unix", path: "/run/alpha.sock", mode: 0o660 },
      hash: "murmur",
      hashTag: "{}",
      distribution: "modula",
      timeoutMs: 400,
      backlog: 1024,
      clientConnections: 1000,
      tcpKeepalive: true,
      reusePort: true,
      redis: true,
      protocol: "redis",
      redisAuth: "0123",
      redisDb: 5,
      preconnect: true,
      autoEjectHosts: true,
      serverConnections: 2,
      serverRetryTimeoutMs: 2000,
      serverFailureLimit: 3,
      servers: [
        { name: "10.0.0.1", address: { kind: "tcp", host: "10.0.0.1", port: 11211 }, weight: 1 },
        { name: "beta", address: { kind: "unix", path: "/tmp/r.sock", mode: 0 }, weight: 2 },
      ],
    });
  });

  const OWN_KEYS: [line: string, expected: Partial<PoolConfig>][] = [
    ["protocol: redis", { protocol: "redis", redis: true }],
    ["get_failures: error", { getFailures: "error" }],
    ['commands: { FT.SEARCH: "read 1", x.put: "write 2, arity -3" }', {
      commands: [{ name: "FT.SEARCH", text: "read 1" }, { name: "x.put", text: "write 2, arity -3" }],
    }],
    ["learn_commands: false", { learnCommands: false }],
    ["max_item: 5mb", { maxItemBytes: 5 * 1024 * 1024 }],
    ["connect_timeout: 100", { connectTimeoutMs: 100 }],
    ["client_idle_timeout: 100", { clientIdleTimeoutMs: 100 }],
    ["client_body_timeout: 100", { clientBodyTimeoutMs: 100 }],
    ["client_keepalive: 1000", { clientKeepaliveMs: 1000 }],
    ["late_reply_grace: 0", { lateReplyGraceMs: 0 }],
    ["max_bulk: 1mb", { maxBulkBytes: 1_048_576 }],
    ["max_arguments: 10", { maxArguments: 10 }],
    ["max_inline: 1k", { maxInlineBytes: 1024 }],
    ["max_request: 512mb", { maxRequestBytes: 536_870_912 }],
    ["max_pending_requests: 1", { maxPendingRequests: 1 }],
    ["max_pinned: 0", { maxPinned: 0 }],
    ["session_window: 1", { sessionWindowBytes: 1 }],
    ["client_outbox_high: 257kb", { clientOutboxHighBytes: 263_168 }],
    ["client_outbox_low: 1", { clientOutboxLowBytes: 1 }],
    ["client_outbox_hard: 512mb", { clientOutboxHardBytes: 536_870_912 }],
    ["server_outbox_high: 2mb", { serverOutboxHighBytes: 2_097_152 }],
    ["server_outbox_low: 1kb", { serverOutboxLowBytes: 1024 }],
  ];
  for (const [line, expected] of OWN_KEYS) {
    test(`takes ${line} in either form`, () => {
      const { servers } = load(inPool()).pools[0]!;
      const good: PoolConfig = { ...DEFAULTS, redis: true, protocol: "redis", servers };
      expect(load(inPool(line)).pools).toEqual([{ ...good, timeoutMs: 0, ...expected }]);
      const own = inPool(line).replaceAll(/^/gm, "  ");
      expect(load(`pools:\n${own}`).pools).toEqual([{ ...good, ...expected }]);
    });
  }

  test("goes by protocol where redis is left out", () => {
    const [pool] = load(`p: {listen: 'a:1', servers: ['a:1:1'], protocol: redis}\n`).pools;
    expect(pool).toMatchObject({ protocol: "redis", redis: true });
  });

  test("reads the sections beside the pools", () => {
    const config = load(
      `log: {level: 11, file: /tmp/x.log}\nlimits: {total_bytes: 4gb}\npools: {p: ${SMALLEST}}\n`,
    );
    expect(config.log).toEqual({ level: 11, file: "/tmp/x.log", format: "text" });
    expect(config.limits.maxTotalBytes).toBe(4_294_967_296);
  });

  test("accepts values at the edge of their range", () => {
    const config = load(
      inPool("timeout: 0", "backlog: 0", "server_failure_limit: 0", "server_retry_timeout: 2147483647"),
    );
    expect(config.pools[0]).toMatchObject({ timeoutMs: 0, backlog: 0, serverFailureLimit: 0 });
    expect(config.pools[0]!.serverRetryTimeoutMs).toBe(2_147_483_647);
  });

  test("accepts a database on a memcached pool, as nutcracker does", () => {
    expect(load(`p: {listen: 'a:1', servers: ['a:1:1'], redis_db: 3}\n`).pools[0]!.redisDb).toBe(3);
  });

  test("keeps a password as written when it looks like a number, a switch or nothing", () => {
    for (const password of ["007", "1e5", "yes", "~", "null", "0x10"]) {
      expect(load(inPool(`redis_auth: ${password}`)).pools[0]!.redisAuth).toBe(password);
    }
  });

  test("counts the bytes of a hash tag, not its letters", () => {
    expect(load(inPool("hash_tag: é")).pools[0]!.hashTag).toBe("é");
  });

  test("accepts an IPv6 listener with and without brackets", () => {
    for (const listen of ["::1:22121", '"[::1]:22121"']) {
      expect(load(listening(listen)).pools[0]!.listen).toEqual({ kind: "tcp", host: "::1", port: 22121 });
    }
  });

  test("keeps servers in the order of the file", () => {
    const { servers } = load(serving("bbb:1:1", "a:1:1", "cc:1:1")).pools[0]!;
    expect(servers.map((server) => server.name)).toEqual(["bbb:1", "a:1", "cc:1"]);
  });

  test("accepts the same address under two names", () => {
    expect(load(serving("a:1:1 x", "a:1:1 y")).pools[0]!.servers).toHaveLength(2);
  });

  test("orders pools by the length of their names, then by bytes", () => {
    const pool = (port: number) => `{listen: 'a:${port}', servers: ['a:1:1']}`;
    const names = ["beta", "z", "Z", "alpha", "é", "ab"];
    const text = names.map((name, index) => `${name}: ${pool(index + 1)}\n`).join("");
    expect(load(text).pools.map((each) => each.name)).toEqual(["Z", "z", "ab", "é", "beta", "alpha"]);
  });

  test("accepts pools that share what they have in common by anchors and merge keys", () => {
    const config = load(`
a: &base
  listen: 127.0.0.1:1
  redis: true
  servers: &servers [ "a:1:1", "b:1:1" ]
b:
  <<: *base
  listen: 127.0.0.1:2
c: { listen: "127.0.0.1:3", redis: true, servers: *servers }
`);
    expect(config.pools.map((pool) => pool.servers.length)).toEqual([2, 2, 2]);
    expect(config.pools.map((pool) => pool.redis)).toEqual([true, true, true]);
  });

  test("gives no config when there is a fault", () => {
    expect(loadConfig(inPool("hash: x"), "n.yml").config).toBeNull();
  });

  test("names the file as it was told when it reports a fault", () => {
    expect(loadConfig("x", "conf/x.yml").faults[0]!.file).toBe("conf/x.yml");
  });

  test("warns of a hash and distribution that cluster keys, where the choice was made", () => {
    const pool = (line: string) =>
      `p:\n  redis: true\n  listen: a:1\n  servers: [ "a:1:1", "b:1:1" ]\n${line}`;
    const rows: [line: string, place: [number, number] | null, part: string][] = [
      ["", [1, 1], "fnv1a_64 with ketama"],
      ["  hash: crc32\n", [5, 9], "crc32"],
      ["  distribution: ketama\n", [5, 17], "fnv1a_64 with ketama"],
      ["  hash: murmur\n", null, ""],
    ];
    for (const [line, place, part] of rows) {
      const { config, warnings } = loadConfig(pool(line), "n.yml");
      expect(config).not.toBeNull();
      expect(warnings.map((warning) => [warning.line, warning.column])).toEqual(place ? [place] : []);
      for (const { message } of warnings) expect(message).toContain(part);
    }
  });

  test("never shows a password in a fault, whatever is wrong around it", () => {
    const files = [
      inPool("redis_auth: hunter2", "redis_atuh: hunter2", "hash: x"),
      inPool("redis_auth: hunter2", "redis_auth: hunter2"),
      inPool("redis_auth: [hunter2]"),
      inPool("redis_auth: {hunter2: x}"),
      inPool("redis_auth: @hunter2"),
      inPool("redis_auth: *hunter2"),
      inPool("redis_auth: !hunter2 x"),
      inPool("redis_auth: |hunter2"),
      "p: {redis_auth:hunter2}\n",
      "p: {redis_auth hunter2}\n",
      "p: {listen: 'a:1', servers: ['a:1:1'], redis_auth: hunter2}\n",
      "redis_auth: hunter2\n",
    ];
    for (const text of files) {
      const { faults, warnings } = loadConfig(text, "n.yml");
      expect(faults.length).toBeGreaterThan(0);
      for (const fault of [...faults, ...warnings]) expect(formatFault(fault)).not.toContain("hunter2");
    }
  });

  test("gives a config or a fault with a place inside the file, and never throws, whatever the text", () => {
    const good = inPool(
      "<<: {redis_auth: 'x'}",
      "hash_tag: '{}'",
      "timeout: &t 5",
      "backlog: *t",
      "max_bulk: 1mb",
      "tls: {cert: c, key: k}",
      "server_tls: true",
      "users: {app: on nopass ~*}",
    );
    const signs = [..."&*![]{}:-|>'\"#%@?, \n\t0é\0", "<<: ", "*t", "p:", "\n  "];
    const edit = fc.record({ at: fc.nat(good.length), cut: fc.nat(4), put: fc.constantFrom(...signs) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        let text = good;
        for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        const { config, faults } = loadConfig(text, "n.yml");
        expect(config === null).toBe(faults.length > 0);
        const lines = text.split("\n");
        for (const { line, column } of faults) {
          expect(line).toBeWithin(1, lines.length + 1);
          expect(column).toBeWithin(1, lines[line - 1]!.length + 2);
        }
      }),
      { numRuns: 500 },
    );
  });
});
