/** What every coordination store must do when processes that use it die or are stopped; elections and copies over it. */
import { describe, expect, test } from "bun:test";
import {
  campaign,
  exportStore,
  GENERATION_KEY,
  readArchive,
  readGeneration,
  restoreStore,
} from "../../src/coordination/mod.ts";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server_process.ts";
import { type CoordinationPlace, open, put, storeErrorOf, Told } from "./coordination_conformance.ts";

const HOLDER = new URL("../support/lease_holder.ts", import.meta.url).pathname;
const TIMEOUT = { timeoutMs: 10_000 };

/** A process of its own in the store. */
async function holder(place: CoordinationPlace, role: "lease" | "lead", key: string): Promise<ServerProcess> {
  return await ServerProcess.start({
    name: `a process that holds ${key}`,
    command: [process.execPath, "--no-install", HOLDER, place.text, role, key, "1000"],
    isReady: () => true,
  });
}

/** What a process of its own has said. */
async function said(child: ServerProcess, pattern: RegExp): Promise<string> {
  await eventually(`it says ${pattern}`, () => pattern.test(child.output), TIMEOUT);
  return pattern.exec(child.output)![1] ?? "";
}

/** Runs the suite. */
export function coordinationFaults(title: string, make: () => Promise<CoordinationPlace>): void {
  describe(title, () => {
    test("a lease goes with its process when that is killed", async () => {
      await using place = await make();
      await using store = open(place);
      await using child = await holder(place, "lease", "member");
      await said(child, /held/);
      const { revision, entry } = await store.get("member");
      expect(entry!.leased).toBe(true);
      const told = new Told();
      const end = store.watch("member", revision, told);
      await child.kill();
      await eventually("the key is gone", () => told.last("member") === null, TIMEOUT);
      expect((await store.get("member")).entry).toBeNull();
      end();
    });

    test("a lease runs out while its process stands still, which learns of it when it goes on", async () => {
      await using place = await make();
      await using store = open(place);
      await using child = await holder(place, "lease", "member");
      await said(child, /held/);
      await child.freeze();
      await eventually("the key is gone", async () => (await store.get("member")).entry === null, TIMEOUT);
      child.thaw();
      await said(child, /lost/);
    });

    test("one of many leads at a time, each in an epoch of its own, and what it wrote last is the last", async () => {
      await using place = await make();
      const { signal } = new AbortController();
      const epochs: number[] = [];
      let leading = 0;
      const lead = async (i: number) => {
        await using store = open(place);
        const leadership = await campaign(store, { key: "controller", name: `c${i}`, ttlMs: 5000, signal });
        expect(++leading).toBe(1);
        epochs.push(leadership.fence.epoch);
        expect([leadership.fence.generation, leadership.holds]).toEqual([1, true]);
        const { entry } = await store.get("controller/leader");
        expect(JSON.parse(entry!.value).name).toBe(`c${i}`);
        expect((await store.commit([leadership.guard], [{ put: "order", value: `${i}` }])).succeeded).toBe(
          true,
        );
        leading--;
        await leadership.resign();
        expect((await store.commit([leadership.guard], [{ put: "order", value: "late" }])).succeeded).toBe(
          false,
        );
      };
      await Promise.all(Array.from({ length: 5 }, (_, i) => lead(i)));
      expect(epochs).toEqual([1, 2, 3, 4, 5]);
      await using store = open(place);
      expect((await store.get("order")).entry!.value).toMatch(/^[0-4]$/);
    });

    test("another leads once the leader was killed, or stands still and writes nothing when it goes on", async () => {
      await using place = await make();
      await using store = open(place);
      await using first = await holder(place, "lead", "controller");
      expect(await said(first, /epoch=(\d+)/)).toBe("1");
      await using second = await holder(place, "lead", "controller");
      await first.kill();
      expect(await said(second, /epoch=(\d+)/)).toBe("2");
      await second.freeze();
      const { signal } = new AbortController();
      const third = await campaign(store, { key: "controller", name: "third", ttlMs: 1000, signal });
      expect(third.fence).toEqual({ generation: 1, epoch: 3 });
      second.thaw();
      await said(second, /lost/);
      await third.resign();
    });

    test("a candidate gives up when told to, and leaves nothing", async () => {
      await using place = await make();
      await using store = open(place);
      const leader = await campaign(store, {
        key: "controller",
        name: "leader",
        ttlMs: 60_000,
        signal: new AbortController().signal,
      });
      const giveUp = new AbortController();
      const reason = new Error("enough");
      const candidacy = campaign(store, {
        key: "controller",
        name: "late",
        ttlMs: 60_000,
        signal: giveUp.signal,
      });
      const ended = candidacy.catch((error) => error);
      giveUp.abort(reason);
      expect(await ended).toBe(reason);
      await leader.resign();
      expect((await store.list("controller/")).entries.map(({ key }) => key)).toEqual(["controller/epoch"]);
    });

    test("a copy brings everything back in a generation above, and old leaders can't write any more", async () => {
      await using place = await make();
      await using store = open(place);
      for (let i = 0; i < 3; i++) {
        const operations = Array.from({ length: 80 }, (_, k) => ({ put: `k/${i}/${k}`, value: `${i}.${k}` }));
        await store.commit([], operations);
      }
      const { signal } = new AbortController();
      const leader = await campaign(store, { key: "controller", name: "old", ttlMs: 60_000, signal });
      const archive = readArchive(JSON.parse(JSON.stringify(await exportStore(store))));
      expect(Object.keys(archive.entries)).toContain("controller/epoch");
      expect(Object.keys(archive.entries)).not.toContain("controller/leader");
      await put(store, "k/0/0", "changed");
      await put(store, "later", "1");
      expect(await restoreStore(store, archive)).toBe(2);
      expect((await store.commit([leader.guard], [{ put: "order", value: "late" }])).succeeded).toBe(false);
      const { entries } = await store.list("k/");
      expect(entries.length).toBe(240);
      expect((await store.get("k/0/0")).entry!.value).toBe("0.0");
      expect((await store.get("later")).entry).toBeNull();
      const next = await campaign(store, { key: "controller", name: "new", ttlMs: 60_000, signal });
      expect(next.fence).toEqual({ generation: 2, epoch: 2 });
      expect((await exportStore(store)).generation).toBe(2);
    });

    test("a store that was restored by half lets nobody lead, and can be restored again", async () => {
      await using place = await make();
      await using store = open(place);
      await put(store, "a", "1");
      const archive = await exportStore(store);
      await put(store, GENERATION_KEY, "restoring 7");
      expect(readGeneration((await store.get(GENERATION_KEY)).entry!.value)).toBeNull();
      expect((await storeErrorOf(exportStore(store))).kind).toBe("corrupt");
      const failures: string[] = [];
      const giveUp = new AbortController();
      const candidacy = campaign(store, {
        key: "controller",
        name: "early",
        ttlMs: 1000,
        signal: giveUp.signal,
        failed: ({ message }) => void failures.push(message),
      }).catch(() => "ended");
      await eventually("it is told why not", () => failures.length > 0);
      expect(failures[0]).toContain("being restored");
      expect(await restoreStore(store, archive)).toBe(8);
      giveUp.abort();
      await candidacy;
    });
  });
}
