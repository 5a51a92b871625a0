import { expect, test } from "bun:test";
import { HASHES, type HashName } from "../../../../src/hash/mod.ts";
import { KeyHash } from "../../../../src/routing/ring/key_hash.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const hashOf = (keyHash: KeyHash, key: string) => keyHash.of(bytes(key), 0, bytes(key).length);

test.each(Object.keys(HASHES) as HashName[])(
  "of is the hash of the whole key when there is no tag, by %s",
  (hash) => {
    expect(hashOf(new KeyHash(hash, null), "{foo}bar")).toBe(HASHES[hash](bytes("{foo}bar"), 0, 8));
  },
);

test("of is the hash of the tag when the key has one", () => {
  const keyHash = new KeyHash("md5", "{}");
  expect(hashOf(keyHash, "a{foo}b")).toBe(hashOf(keyHash, "foo"));
  expect(hashOf(keyHash, "{}foo")).not.toBe(hashOf(keyHash, "foo"));
});

test.each(Object.keys(HASHES) as HashName[])("of is 0 when the key is empty, by %s", (hash) => {
  expect(hashOf(new KeyHash(hash, null), "")).toBe(0);
  expect(hashOf(new KeyHash(hash, "{}"), "")).toBe(0);
});
