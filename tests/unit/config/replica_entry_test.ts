import { describe, expect, test } from "bun:test";
import { formatReplica, parseReplica, type ReplicaConfig } from "../../../src/config/replica_entry.ts";

const ADDRESS = { kind: "tcp", host: "10.0.0.2", port: 6379 } as const;
const PLAIN: ReplicaConfig = { name: "10.0.0.2:6379", address: ADDRESS, weight: 1, zone: null };

const ROWS: [text: string, replica: ReplicaConfig][] = [
  ["10.0.0.2:6379", PLAIN],
  ["10.0.0.2:6379 zone=b", { ...PLAIN, zone: "b" }],
  ["10.0.0.2:6379 zone=eu-1b weight=3", { ...PLAIN, zone: "eu-1b", weight: 3 }],
  ["[::1]:6379 weight=2", {
    name: "[::1]:6379",
    address: { kind: "tcp", host: "::1", port: 6379 },
    weight: 2,
    zone: null,
  }],
  ["/run/r.sock zone=b", {
    name: "/run/r.sock",
    address: { kind: "unix", path: "/run/r.sock", mode: 0 },
    weight: 1,
    zone: "b",
  }],
];

describe("parseReplica", () => {
  test.each(ROWS)("reads %s", (text, replica) => expect(parseReplica(text)).toEqual(replica));

  test.each(ROWS)("reads what formatReplica makes of %s", (_, replica) => {
    expect(parseReplica(formatReplica(replica))).toEqual(replica);
  });

  test("takes zone and weight in any order", () => {
    expect(parseReplica("10.0.0.2:6379  weight=3 zone=b")).toEqual({ ...PLAIN, zone: "b", weight: 3 });
  });

  test.each([
    ["10.0.0.2", '"10.0.0.2" is not host:port'],
    ["10.0.0.2:6379:1", '"10.0.0.2:6379:1" is not host:port; a weight is written as weight=N'],
    ["::1:6379", '"::1:6379" is not host:port'],
    ["10.0.0.2:70000", "port 70000 is not in 1..65535"],
    ["10.0.0.2:6379 b", '"b" is neither zone=NAME nor weight=N'],
    ["10.0.0.2:6379 zone=", '"zone=" is neither zone=NAME nor weight=N'],
    ["10.0.0.2:6379 weight=0", "weight 0 is not in 1.."],
  ])("refuses %s", (text, message) => expect(() => parseReplica(text)).toThrow(message));
});
