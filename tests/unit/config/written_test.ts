/** A resolved configuration written as a file: nothing is lost but secrets, and no secret is kept. */
import { describe, expect, test } from "bun:test";
import { type Config, configYaml, loadConfig, writtenConfig } from "../../../src/config/mod.ts";

const SHA256 = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7";

function load(text: string): Config {
  const { config, faults } = loadConfig(text, "conf.yml");
  expect(faults).toEqual([]);
  return config!;
}

/** What the file says besides where it says it. */
function meaningOf({ places: _, form: __, ...rest }: Config): unknown {
  return rest;
}

const FILES = {
  "nutcracker's form with little in it": `
cache:
  listen: 127.0.0.1:22121
  servers: [127.0.0.1:11211:1, "127.0.0.1:11212:1 b"]
`,
  "nutcracker's form with what it knows": `
"007":
  listen: /tmp/a.sock 0660
  hash: murmur
  hash_tag: "{}"
  distribution: modula
  timeout: 400
  redis: true
  redis_db: 3
  preconnect: true
  auto_eject_hosts: true
  server_failure_limit: 1
  servers: ["[::1]:6379:3", /tmp/b.sock:1, "10.0.0.1:6380:2 007"]
`,
  "our form with commands that are declared": `
pools:
  cache:
    listen: 127.0.0.1:1
    servers: [127.0.0.1:2:1]
    protocol: redis
    commands: { FT.SEARCH: read 1, x.put: "write 2, arity -3" }
`,
  "our form with replicas": `
pools:
  r:
    listen: 127.0.0.1:1
    redis: true
    servers: ["127.0.0.1:2:1 a", "127.0.0.1:3:1 b"]
    replicas: { a: ["127.0.0.1:4 zone=x", "127.0.0.1:5 weight=2"], b: [/tmp/r.sock] }
    zones: { a: y }
    zone: x
    read_from: nearest
    max_lag_bytes: 1mb
    hedge: { after: p99 }
`,
  "our form with values that have words of their own": `
pools:
  cache: { listen: 127.0.0.1:1, servers: [127.0.0.1:2:1], protocol: redis, server_tls: true }
workers: auto
store: file:/var/lib/sennit/state
admin: { listen: off }
log: { level: 0, file: /var/log/none, format: json }
limits: { total_bytes: 3gb }
hot_keys: { sample: 0 }
`,
  "our form with a cluster": `
pools:
  c:
    listen: 127.0.0.1:1
    redis: true
    cluster: { seeds: ["10.0.0.1:7000", "[::1]:7000"], address_map: { "10.0.0.1:7000": "127.0.0.1:1" }, refresh: 500 }
`,
  "our form with maps": `
pools:
  cache:
    listen: 0.0.0.0:1
    servers: [127.0.0.1:2:1]
    protocol: redis
    tls: { cert: /c.pem, key: /k.pem }
    server_tls: { server_name: "yes", verify: false }
admin: { listen: 0.0.0.0:9922, token_file: /t }
`,
};

describe("a configuration written as YAML", () => {
  test.each(Object.entries(FILES))("of %s means the same when it is loaded", (_, text) => {
    const config = load(text);
    expect(meaningOf(load(configYaml(config)))).toEqual(meaningOf(config));
  });
});

describe("a configuration written as a tree", () => {
  test("has every option, with plain values", () => {
    const written = writtenConfig(load(FILES["our form with values that have words of their own"]));
    expect(written).toMatchObject({
      pools: { cache: { listen: "127.0.0.1:1", servers: ["127.0.0.1:2:1 127.0.0.1:2"], timeout: 5000 } },
      workers: "auto",
      shutdown_grace: 10_000,
      store: "file:/var/lib/sennit/state",
      watch: false,
      pid_file: null,
      admin: { listen: "off", token_file: null },
      limits: { total_bytes: 3 * 1024 ** 3 },
    });
  });

  test("has no secret", () => {
    const config = load(`
pools:
  cache:
    listen: 127.0.0.1:1
    servers: [127.0.0.1:2:1]
    protocol: redis
    redis_auth: hunter2
    backend_auth: { user: proxy, password: hunter2 }
    users: { alice: "on #${SHA256} ~* +@all" }
`);
    const written = writtenConfig(config);
    expect(written.pools).toMatchObject({
      cache: {
        redis_auth: "********",
        backend_auth: { user: "proxy", password: "********" },
        users: "********",
      },
    });
    for (const text of [JSON.stringify(written), configYaml(config)]) {
      expect(text).not.toMatch(new RegExp(`hunter2|${SHA256}`));
    }
  });
});
