import { describe, expect, test } from "bun:test";
import { formatServer, parseServer, type ServerConfig } from "../../../src/config/server_entry.ts";

/** Entry, and the name it is hashed and counted by. Names as nutcracker 0.5.0 gives them in its statistics. */
const ROWS: [text: string, server: ServerConfig][] = [
  ["127.0.0.1:6379:1", tcp("127.0.0.1:6379", "127.0.0.1", 6379, 1)],
  ["127.0.0.1:6379:20 alpha", tcp("alpha", "127.0.0.1", 6379, 20)],
  ["10.0.0.1:11211:1", tcp("10.0.0.1", "10.0.0.1", 11211, 1)],
  ["10.0.0.1:11211:1 alpha", tcp("alpha", "10.0.0.1", 11211, 1)],
  ["redis-1:06379:01", tcp("redis-1:06379", "redis-1", 6379, 1)],
  ["::1:6379:1", tcp("::1:6379", "::1", 6379, 1)],
  ["[::1]:6379:1", tcp("::1:6379", "::1", 6379, 1)],
  ["/tmp/r.sock:1", {
    name: "/tmp/r.sock:",
    address: { kind: "unix", path: "/tmp/r.sock", mode: 0 },
    weight: 1,
  }],
  ["/tmp/r.sock:3 beta", {
    name: "beta",
    address: { kind: "unix", path: "/tmp/r.sock", mode: 0 },
    weight: 3,
  }],
];

function tcp(name: string, host: string, port: number, weight: number): ServerConfig {
  return { name, address: { kind: "tcp", host, port }, weight };
}

describe("parseServer", () => {
  for (const [text, server] of ROWS) {
    test(`reads ${text}`, () => expect(parseServer(text)).toEqual(server));
  }

  test.each(["a\tb", "a\nb", "\x1b[31m", "\u2028", "\u0085"])("refuses the name %j", (name) => {
    const text = `127.0.0.1:6379:1 ${name}`;
    expect(() => parseServer(text)).toThrow(`the name in ${JSON.stringify(text)} holds what can't be seen`);
  });

  test("gives the same server when formatServer has written it", () => {
    for (const [, server] of ROWS) expect(parseServer(formatServer(server))).toEqual(server);
  });
});
