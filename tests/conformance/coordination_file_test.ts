/** The coordination store in a file: what every one does, and what becomes of the file. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { FileCoordination } from "../../src/coordination/mod.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp_dir.ts";
import { reasonWithoutTinyDisk, TinyDisk } from "../support/tiny_disk.ts";
import {
  coordinationConformance,
  type CoordinationPlace,
  put,
  storeErrorOf,
  Told,
} from "./coordination_conformance.ts";
import { coordinationFaults } from "./coordination_faults.ts";

const WRITER = new URL("../support/coordination_writer.ts", import.meta.url).pathname;

function makePlace(): Promise<CoordinationPlace> {
  const dir = new TempDir();
  return Promise.resolve({
    text: `file:${dir.file("shared")}`,
    [Symbol.asyncDispose]: () => Promise.resolve(dir.remove()),
  });
}

coordinationConformance("a coordination store in a file", makePlace);
coordinationFaults("processes that share a coordination store in a file", makePlace);

describe("FileCoordination", () => {
  test("reports a file of another kind, and leaves it alone", async () => {
    using dir = new TempDir();
    const store = new FileCoordination(dir.file("shared"));
    for (const content of ["{", '{"revision": 1, "document": {"pools": {}}}', '{"document": {}}']) {
      writeFileSync(dir.file("shared"), content);
      for (const ask of [() => store.get("a"), () => store.list(""), () => put(store, "a", "1")]) {
        const error = await storeErrorOf(ask());
        expect(error.kind).toBe("corrupt");
        expect(error.message).toStartWith(`file:${dir.file("shared")} is not what was stored there: `);
      }
      expect(await Bun.file(dir.file("shared")).text()).toBe(content);
    }
  });

  test("keeps its files for their owner alone, and those of leases no longer than the leases", async () => {
    using dir = new TempDir();
    const store = new FileCoordination(dir.file("shared"));
    const lease = await store.lease(60_000);
    await store.commit([], [{ put: "a", value: "1", lease }]);
    const names = readdirSync(dir.path).filter((name) => name.includes("lease"));
    expect(names.length).toBe(1);
    for (const name of readdirSync(dir.path)) expect(statSync(dir.file(name)).mode & 0o777).toBe(0o600);
    await lease.end();
    expect(readdirSync(dir.path).toSorted()).toEqual(["shared", "shared.lock"]);
  });

  test("a lease whose file was removed is over, and its holder told", async () => {
    using dir = new TempDir();
    const store = new FileCoordination(dir.file("shared"));
    const lease = await store.lease(1000);
    await store.commit([], [{ put: "a", value: "1", lease }]);
    rmSync(dir.file(`shared.lease-${lease.id}`));
    await eventually("it is lost", () => lease.lost.aborted);
    expect((await store.get("a")).entry).toBeNull();
    await store.close();
  });

  test("watchers of a file that goes back in time, or comes anew, have lost track", async () => {
    using dir = new TempDir();
    const store = new FileCoordination(dir.file("shared"));
    await put(store, "a", "1");
    const old = await Bun.file(dir.file("shared")).text();
    const revision = await put(store, "a", "2");
    const told = new Told();
    store.watch("", revision, told);
    writeFileSync(dir.file("shared"), old);
    await eventually("it is lost", () => told.words.length > 0);
    expect(told.words[0]).toBe(`lost: ${store.name} went back from revision 2 to 1`);
    expect(told.texts).toEqual([]);
    await store.close();
  });

  test("watchers who missed more removals than are remembered have lost track", async () => {
    using dir = new TempDir();
    const store = new FileCoordination(dir.file("shared"));
    const start = await put(store, "a", "1");
    for (let i = 0; i < 11; i++) {
      const keys = Array.from({ length: 100 }, (_, k) => `k${i}.${k}`);
      await store.commit([], keys.map((key) => ({ put: key, value: "" })));
      await store.commit([], keys.map((remove) => ({ remove })));
    }
    const told = new Told();
    store.watch("", start, told);
    await eventually("it is lost", () => told.words.length > 0);
    expect(told.words[0]).toContain(`no longer knows what happened behind revision ${start}`);
    await store.close();
  });

  test(
    "has all of a transaction or nothing after a writer was killed at any moment, and lets others write",
    async () => {
      using dir = new TempDir();
      const store = new FileCoordination(dir.file("shared"));
      for (let round = 0; round < 10; round++) {
        const child = Bun.spawn([process.execPath, "--no-install", WRITER, dir.file("shared")], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        let said = "";
        const reading = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
          new WritableStream({ write: (text) => void (said += text) }),
        );
        await eventually("it has written", () => said.split("\n").length > 2 + round % 3);
        child.kill("SIGKILL");
        await Promise.all([child.exited, reading]);
        const acknowledged = Number(said.trimEnd().split("\n").at(-1));
        const { entries } = await store.list("count/");
        const values = new Set(entries.map(({ value }) => value));
        expect(entries.length).toBe(20);
        expect(values.size).toBe(1);
        expect([acknowledged, acknowledged + 1]).toContain(Number([...values][0]));
        await put(store, "after", String(round));
      }
    },
    60_000,
  );

  test.skipIf(reasonWithoutTinyDisk() !== null)("keeps what it has when the disk is full", async () => {
    using disk = new TinyDisk(64 * 1024);
    const store = new FileCoordination(disk.file("shared"));
    await put(store, "a", "small");
    const error = await storeErrorOf(put(store, "b", "x".repeat(100_000)));
    expect([error.kind, error.message]).toEqual(["unavailable", expect.stringContaining("ENOSPC")]);
    expect((await store.list("")).entries.map(({ key, value }) => [key, value])).toEqual([["a", "small"]]);
    expect(existsSync(disk.file("shared.new"))).toBe(false);
    await put(store, "b", "small too");
    await store.close();
  });
});
