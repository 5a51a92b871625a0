import { expect, test } from "bun:test";
import { ScriptCache } from "../../../../src/proxy/redis/script_cache.ts";
import { command } from "../../../support/resp_encoder.ts";
import { sha1 } from "../../../support/sha1.ts";

function remember(cache: ScriptCache, text: string): string {
  cache.remember(Buffer.from(text));
  return sha1(text);
}

test("ScriptCache finds a script by its SHA-1 in any case, as the request that loads it", () => {
  const cache = new ScriptCache();
  const sha = remember(cache, "return 1");
  for (const name of [sha, sha.toUpperCase()]) {
    expect(Buffer.from(cache.find(name)!.bytes).equals(command("SCRIPT", "LOAD", "return 1"))).toBeTrue();
  }
  expect(cache.find(sha1("return 2"))).toBeNull();
  expect(cache.find("")).toBeNull();
});

test("ScriptCache keeps what a script is known for when it is told the script again", () => {
  const cache = new ScriptCache();
  const sha = remember(cache, "return 1");
  const script = cache.find(sha);
  remember(cache, "return 1");
  expect(cache.find(sha)).toBe(script);
});

test("ScriptCache lets go of what was not used for longest when scripts weigh too much together", () => {
  const cache = new ScriptCache();
  const used = remember(cache, "return 'used'");
  const unused = remember(cache, "return 'unused'");
  for (let i = 0; i < 100; i++) {
    const sha = remember(cache, `--${i}${"x".repeat(200_000)}`);
    expect(cache.find(sha)).not.toBeNull();
    expect(cache.find(used)).not.toBeNull();
  }
  expect(cache.find(unused)).toBeNull();
});

test("ScriptCache does not remember a script that is too long, and nothing when it is cleared", () => {
  const cache = new ScriptCache();
  expect(cache.find(remember(cache, "-".repeat(300_000)))).toBeNull();
  const sha = remember(cache, "return 1");
  cache.clear();
  expect(cache.find(sha)).toBeNull();
});
