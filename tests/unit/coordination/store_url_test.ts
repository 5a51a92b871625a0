import { describe, expect, test } from "bun:test";
import { openStore, parseStorePlace } from "../../../src/coordination/mod.ts";

describe("parseStorePlace", () => {
  test("reads a path, and URLs with one prefix behind the last", () => {
    expect(parseStorePlace("file:/var/lib/sennit/shared")).toEqual({
      kind: "file",
      path: "/var/lib/sennit/shared",
    });
    expect(parseStorePlace("etcd:http://127.0.0.1:2379/sennit")).toEqual({
      kind: "etcd",
      endpoints: ["http://127.0.0.1:2379"],
      root: "/sennit/",
    });
    expect(parseStorePlace("etcd:https://a:2379,https://[::1]:2379,https://c/team/sennit/")).toEqual({
      kind: "etcd",
      endpoints: ["https://a:2379", "https://[::1]:2379", "https://c"],
      root: "/team/sennit/",
    });
  });

  const bad: [text: string, reason: string][] = [
    ["", '"" is not a store; write file:PATH or etcd:http://HOST:2379/PREFIX'],
    ["zookeeper:a", '"zookeeper:a" is not a store'],
    ["file:", "has no path"],
    ["etcd:", '"" is no http or https URL'],
    ["etcd:127.0.0.1:2379/sennit", "is no http or https URL"],
    ["etcd:ftp://a/sennit", "is no http or https URL"],
    ["etcd:http://a:2379", "has no prefix for its keys"],
    ["etcd:http://a/x,http://b/y", "the prefix stands behind the last URL alone"],
    ["etcd:http://a/x?y=1", "a store's URL ends with its prefix"],
  ];

  test.each(bad)("says what is wrong with %j", (text, reason) => {
    expect(() => parseStorePlace(text)).toThrow(reason);
  });

  test("refuses a password and doesn't repeat it", () => {
    const error = (() => {
      try {
        return parseStorePlace("etcd:http://root:secret@a:2379/sennit");
      } catch (reason) {
        return reason as Error;
      }
    })();
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toContain("secret");
  });
});

describe("openStore", () => {
  test("names the store as the user wrote it", () => {
    const login = { user: null, password: null, tls: null };
    for (const text of ["file:/var/lib/sennit/shared", "etcd:http://a:2379,http://b:2379/sennit"]) {
      expect(openStore(parseStorePlace(text), login).name).toBe(text);
    }
  });
});
