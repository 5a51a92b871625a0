import { describe, expect, test } from "bun:test";
import { type Address, formatAddress, listenAddress, parseListen } from "../../../src/config/address.ts";

describe("parseListen", () => {
  const rows: [text: string, address: Address, shown: string][] = [
    ["127.0.0.1:22121", { kind: "tcp", host: "127.0.0.1", port: 22121 }, "127.0.0.1:22121"],
    ["localhost:007", { kind: "tcp", host: "localhost", port: 7 }, "localhost:7"],
    [
      "cache_1.example.com:65535",
      { kind: "tcp", host: "cache_1.example.com", port: 65535 },
      "cache_1.example.com:65535",
    ],
    ["::1:22121", { kind: "tcp", host: "::1", port: 22121 }, "[::1]:22121"],
    ["[::1]:22121", { kind: "tcp", host: "::1", port: 22121 }, "[::1]:22121"],
    ["fe80::1%eth0:1", { kind: "tcp", host: "fe80::1%eth0", port: 1 }, "[fe80::1%eth0]:1"],
    ["/run/x.sock", { kind: "unix", path: "/run/x.sock", mode: 0 }, "/run/x.sock"],
    ["/run/x.sock 0660", { kind: "unix", path: "/run/x.sock", mode: 0o660 }, "/run/x.sock"],
    ["/run/x.sock 777", { kind: "unix", path: "/run/x.sock", mode: 0o777 }, "/run/x.sock"],
    ["/run/a b 0", { kind: "unix", path: "/run/a b", mode: 0 }, "/run/a b"],
    ["/run/a:b", { kind: "unix", path: "/run/a:b", mode: 0 }, "/run/a:b"],
  ];
  for (const [text, address, shown] of rows) {
    test(`reads ${text}, which formatAddress shows as ${shown}`, () => {
      expect(parseListen(text)).toEqual(address);
      expect(formatAddress(address)).toBe(shown);
    });
  }

  test("takes a socket path of 107 bytes and refuses one of 108", () => {
    const path = `/tmp/${"x".repeat(102)}`;
    expect(parseListen(path)).toEqual({ kind: "unix", path, mode: 0 });
    expect(() => parseListen(`${path}x`)).toThrow("has 108 bytes, more than 107");
  });
});

test("listenAddress shows the mode of a socket as it would be written", () => {
  const type = listenAddress();
  expect(type.show({ kind: "unix", path: "/x", mode: 0o660 })).toBe("/x 0660");
  expect(type.show({ kind: "unix", path: "/x", mode: 0 })).toBe("/x");
});
