import { describe, expect, test } from "bun:test";
import { compareVersions, featuresOf, readIdentity } from "../../../src/copying/features.ts";

const VERSIONS: [name: "redis" | "valkey", version: string, features: string][] = [
  ["redis", "5.0.14", ""],
  ["redis", "6.0.0", "tracking"],
  ["redis", "6.2.14", "tracking"],
  ["redis", "7.0.0", "absoluteExpiry noEvict tracking"],
  ["redis", "7.2.5", "absoluteExpiry noEvict tracking"],
  ["redis", "7.4.0", "absoluteExpiry fieldExpiry noEvict tracking"],
  ["redis", "8.2.1", "absoluteExpiry fieldExpiry noEvict tracking"],
  ["redis", "10.0.0", "absoluteExpiry fieldExpiry noEvict tracking"],
  ["valkey", "7.2.5", "absoluteExpiry noEvict tracking"],
  ["valkey", "8.1.0", "absoluteExpiry noEvict tracking"],
  ["valkey", "9.0.0", "absoluteExpiry fieldExpiry noEvict tracking"],
];

describe("featuresOf", () => {
  test.each(VERSIONS)("%s %s", (name, version, expected) => {
    const features = Object.entries(featuresOf(name, version)).filter(([, has]) => has).map(([feature]) =>
      feature
    );
    expect(features.toSorted().join(" ")).toBe(expected);
  });
});

describe("readIdentity", () => {
  test("reads INFO of Redis, and Valkey's, which also says what it is compatible with", () => {
    expect(readIdentity("# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n")).toMatchObject({
      name: "redis",
      version: "7.0.15",
      runId: "abc",
    });
    const valkey =
      "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.1\r\nrun_id:abc\r\n";
    expect(readIdentity(valkey)).toMatchObject({ name: "valkey", version: "9.0.1" });
    expect(readIdentity(valkey).features.fieldExpiry).toBe(true);
  });
});

describe("compareVersions", () => {
  test("compares numbers, not texts", () => {
    expect(["7.0.15", "7.0.9", "10.0", "7", "7.0.0-rc1"].toSorted(compareVersions)).toEqual([
      "7",
      "7.0.0-rc1",
      "7.0.9",
      "7.0.15",
      "10.0",
    ]);
  });
});
