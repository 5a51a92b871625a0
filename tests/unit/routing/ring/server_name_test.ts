import { expect, test } from "bun:test";
import { serverName } from "../../../../src/routing/ring/server_name.ts";

test("serverName is the explicit name when there is one", () => {
  expect(serverName("10.0.0.1", 6379, "alpha")).toBe("alpha");
  expect(serverName("10.0.0.1", 11211, "alpha")).toBe("alpha");
  expect(serverName("/run/redis.sock", null, "alpha")).toBe("alpha");
});

test("serverName is host and port when none is given", () => {
  expect(serverName("10.0.0.1", 6379, null)).toBe("10.0.0.1:6379");
  expect(serverName("::1", 6379, null)).toBe("::1:6379");
});

test("serverName keeps the port as it is written when it is a text", () => {
  expect(serverName("cache", "06379", null)).toBe("cache:06379");
});

test("serverName is the host alone when the port is 11211", () => {
  expect(serverName("10.0.0.1", 11211, null)).toBe("10.0.0.1");
  expect(serverName("10.0.0.1", "011211", null)).toBe("10.0.0.1");
});

test("serverName is the path with a colon when the server is a unix socket", () => {
  expect(serverName("/tmp/r.sock", null, null)).toBe("/tmp/r.sock:");
});
