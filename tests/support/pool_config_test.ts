import { expect, test } from "bun:test";
import { loadConfig } from "../../src/config/mod.ts";
import { listenEndpoints, poolConfig } from "./pool_config.ts";

const TEXT = poolConfig({
  listen: 22121,
  servers: ["127.0.0.1:6379:2 one", { address: "/tmp/redis.sock" }],
  options: { hash: "murmur", hash_tag: "{}", timeout: 400 },
}) +
  poolConfig({
    name: "second",
    listen: "/tmp/second.sock",
    servers: ["127.0.0.1:1:1"],
    options: { redis: false },
  });

test("poolConfig writes what the proxy reads", () => {
  const { config, faults } = loadConfig(TEXT, "test");
  expect(faults).toEqual([]);
  expect(config!.pools.map(({ name, redis }) => ({ name, redis }))).toEqual([
    { name: "main", redis: true },
    { name: "second", redis: false },
  ]);
  expect(config!.pools[0]).toMatchObject({ hash: "murmur", hashTag: "{}", timeoutMs: 400 });
  expect(config!.pools[0]!.servers.map(({ weight }) => weight)).toEqual([2, 1]);
});

test("listenEndpoints finds every pool's place when it is a port, a path, or a path with a mode", () => {
  expect(listenEndpoints(TEXT)).toEqual([22121, "/tmp/second.sock"]);
  expect(listenEndpoints("a:\n  listen: /tmp/a.sock 0777\nb:\n  listen: '0.0.0.0:1'\n")).toEqual([
    "/tmp/a.sock",
    1,
  ]);
});
