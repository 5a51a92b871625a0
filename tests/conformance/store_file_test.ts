/** The store in a file: what every store does, and what becomes of the file. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { FileStore, type StoreError } from "../../src/coordination/mod.ts";
import { eventually } from "../support/eventually.ts";
import { Random } from "../support/seed.ts";
import { TempDir } from "../support/temp_dir.ts";
import { reasonWithoutTinyDisk, TinyDisk } from "../support/tiny_disk.ts";
import { failureOf, storeConformance } from "./store_conformance.ts";
import { testUnless } from "../support/test_unless.ts";

const WRITER = new URL("../support/store_writer.ts", import.meta.url).pathname;

storeConformance("a store in a file", () => {
  const dir = new TempDir();
  return Promise.resolve({
    open: () => new FileStore(dir.file("state")),
    [Symbol.asyncDispose]: () => Promise.resolve(dir.remove()),
  });
});

/** Contents that no store has written. */
const CORRUPT: [content: string | Uint8Array, reason: string][] = [
  ["", "JSON"],
  ["{", "JSON"],
  ['{"revision": 1, "document": {}', "JSON"],
  ["null", "no revision"],
  ["[]", "no revision"],
  ['"text"', "no revision"],
  ['{"document": {}}', "no revision"],
  ['{"revision": "1", "document": {}}', "no revision"],
  ['{"revision": 1}', "no document"],
  [Uint8Array.of(0xff, 0xfe), ""],
];

describe("FileStore", () => {
  test.each(CORRUPT)("reports %j with its path and leaves it alone", async (content, reason) => {
    using dir = new TempDir();
    const path = dir.file("state");
    writeFileSync(path, content);
    const store = new FileStore(path);
    for (const ask of [() => store.read(), () => store.write({}, null), () => store.write({}, "x")]) {
      const error = await failureOf(ask());
      expect(error.kind).toBe("corrupt");
      expect(error.message).toStartWith(`file:${path} is not what was stored there: `);
      expect(error.message).toContain(reason);
    }
    expect(readFileSync(path)).toEqual(Buffer.from(content));
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test("keeps the file for its owner alone, whoever could read it before", async () => {
    using dir = new TempDir();
    const store = new FileStore(dir.file("state"));
    const version = await store.write(1, null);
    const mode = () => statSync(dir.file("state")).mode & 0o777;
    expect(mode()).toBe(0o600);
    chmodSync(dir.file("state"), 0o644);
    await store.write(2, version);
    expect(mode()).toBe(0o600);
  });

  test("replaces the file that a link leads to, not the link", async () => {
    using dir = new TempDir();
    mkdirSync(dir.file("real"));
    symlinkSync(dir.file("real/state"), dir.file("state"));
    const store = new FileStore(dir.file("state"));
    writeFileSync(dir.file("real/state"), '{"revision": 4, "document": "old"}');
    const { version } = (await store.read())!;
    await store.write("new", version);
    expect(readdirSync(dir.path).toSorted()).toEqual(["real", "state"]);
    expect(JSON.parse(readFileSync(dir.file("real/state"), "utf8"))).toEqual({
      revision: 5,
      document: "new",
    });
  });

  test("takes what somebody wrote by hand for another version", async () => {
    using dir = new TempDir();
    const store = new FileStore(dir.file("state"));
    const version = await store.write({ a: 1 }, null);
    const text = readFileSync(dir.file("state"), "utf8");
    writeFileSync(dir.file("state"), text.replace('"a": 1', '"a": 2'));
    expect((await failureOf(store.write({ a: 3 }, version))).kind).toBe("conflict");
    expect((await store.read())!.value).toEqual({ a: 2 });
  });

  test("is unavailable where it can't be written or read, and says why", async () => {
    using dir = new TempDir();
    const nowhere = await failureOf(new FileStore(dir.file("none/state")).write({}, null));
    expect([nowhere.kind, nowhere.message]).toEqual(["unavailable", expect.stringContaining("ENOENT")]);
    mkdirSync(dir.file("state"));
    const folder = await failureOf(new FileStore(dir.file("state")).read());
    expect([folder.kind, folder.message]).toEqual(["unavailable", expect.stringContaining("EISDIR")]);
  });

  test("watch tells of removal, of corruption once, and of what is well again", async () => {
    using dir = new TempDir();
    const path = dir.file("state");
    const store = new FileStore(path);
    const told: unknown[] = [];
    const end = store.watch(await store.write("first", null), {
      changed: (document) => void told.push(document?.value ?? null),
      failed: (error: StoreError) => void told.push(error.kind),
    });
    renameSync(path, `${path}.away`);
    await eventually("removal is told", () => told.length === 1);
    writeFileSync(path, "nonsense");
    await eventually("corruption is told", () => told.length === 2);
    rmSync(path);
    await store.write("second", null);
    await eventually("the new one is told", () => told.at(-1) === "second");
    end();
    expect(told).toEqual([null, "corrupt", "second"]);
  });

  test("watch waits for a folder that comes later", async () => {
    using dir = new TempDir();
    const store = new FileStore(dir.file("later/state"));
    const told: unknown[] = [];
    const end = store.watch(null, {
      changed: (document) => void told.push(document?.value),
      failed: (error: StoreError) => void told.push(error.message),
    });
    mkdirSync(dir.file("later"));
    await store.write("here", null);
    await eventually("it is told", () => told.length > 0);
    end();
    expect(told).toEqual(["here"]);
  });

  test("has the old document or the new one after a writer was killed at any moment", async () => {
    using dir = new TempDir();
    const random = new Random("store writer");
    const store = new FileStore(dir.file("state"));
    for (let round = 0; round < 15; round++) {
      const child = Bun.spawn([process.execPath, "--no-install", WRITER, dir.file("state")], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      const reading = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
        new WritableStream({ write: (text) => void (said += text) }),
      );
      const writes = random.integer(1, 4);
      await eventually("it has written", () => said.split("\n").length > writes);
      const until = performance.now() + random.next() * 8;
      await eventually("a moment has passed", () => performance.now() > until);
      child.kill("SIGKILL");
      await Promise.all([child.exited, reading]);
      const acknowledged = Number(said.trimEnd().split("\n").at(-1));
      const { count, padding } = (await store.read())!.value as { count: number; padding: string };
      expect([acknowledged, acknowledged + 1]).toContain(count);
      expect(padding).toBe("x".repeat((count * 7919) % 300_000));
    }
    expect(readdirSync(dir.path).every((name) => ["state", "state.lock", "state.new"].includes(name))).toBe(
      true,
    );
  }, 60_000);

  testUnless(reasonWithoutTinyDisk())("keeps the old document when the disk is full", async () => {
    using disk = new TinyDisk(64 * 1024);
    const path = disk.file("state");
    const store = new FileStore(path);
    const version = await store.write("small", null);
    const error = await failureOf(store.write("x".repeat(200_000), version));
    expect([error.kind, error.message]).toEqual(["unavailable", expect.stringContaining("ENOSPC")]);
    expect(await store.read()).toEqual({ value: "small", version });
    expect(existsSync(`${path}.new`)).toBe(false);
    await store.write("small again", version);
    expect((await store.read())!.value).toBe("small again");
  });
});
