/**
 * What every coordination store must do, wherever it keeps its keys. A store's test file calls
 * `coordinationConformance` with a way to make a place for one.
 */
import { describe, expect, test } from "bun:test";
import {
  type Change,
  type CoordinationStore,
  openStore,
  parseStorePlace,
  StoreError,
} from "../../src/coordination/mod.ts";
import { eventually } from "../support/eventually.ts";

/** A place for keys; whatever is opened there is the same store. */
export interface CoordinationPlace extends AsyncDisposable {
  /** As a user writes it. */
  readonly text: string;
}

/** Opens the store at a place; it is the caller's to close. */
export function open(place: { readonly text: string }): CoordinationStore & AsyncDisposable {
  const store = openStore(parseStorePlace(place.text), { user: null, password: null, tls: null });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/** Collects what a watcher is told. */
export class Told {
  readonly batches: (readonly Change[])[] = [];
  readonly words: string[] = [];
  revision = 0;

  changed(changes: readonly Change[], revision: number): void {
    this.batches.push(changes);
    this.revision = revision;
  }

  lost(reason: string): void {
    this.words.push(`lost: ${reason}`);
  }

  failed(error: StoreError): void {
    expect(error).toBeInstanceOf(StoreError);
    this.words.push("failed");
  }

  resumed(): void {
    this.words.push("resumed");
  }

  /** `key=value`, or `key gone`, in the order they were told. */
  get texts(): string[] {
    return this.batches.flat().map(({ key, entry }) =>
      entry === null ? `${key} gone` : `${key}=${entry.value}`
    );
  }

  /** What is told of a key last. */
  last(key: string): string | null | undefined {
    const change = this.batches.flat().findLast((each) => each.key === key);
    return change === undefined ? undefined : change.entry?.value ?? null;
  }
}

/** How a promise failed. Errors: throws when it did not, or with anything but a StoreError. */
export async function storeErrorOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(() => null, (reason) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return error;
}

/** Puts a key, whatever it is. */
export async function put(store: CoordinationStore, key: string, value: string): Promise<number> {
  return (await store.commit([], [{ put: key, value }])).revision;
}

/** Counts a key up, as often as it takes. */
async function increment(store: CoordinationStore, key: string): Promise<void> {
  for (;;) {
    const { entry } = await store.get(key);
    const value = String(Number(entry?.value ?? 0) + 1);
    const { succeeded } = await store.commit([{ key, revision: entry?.revision ?? 0 }], [{
      put: key,
      value,
    }]);
    if (succeeded) return;
  }
}

const VALUES = [
  "",
  "text",
  "line\nbreak, \u0000, ünïcödé, 🪢, \u2028",
  '{"json":[1,null]}',
  "x".repeat(200_000),
];

/** Runs the suite. */
export function coordinationConformance(title: string, make: () => Promise<CoordinationPlace>): void {
  describe(title, () => {
    test("has nothing before the first commit", async () => {
      await using place = await make();
      await using store = open(place);
      expect((await store.list("")).entries).toEqual([]);
      expect((await store.get("a")).entry).toBeNull();
    });

    test("gives back what was put, byte for byte, by key and by prefix, in order", async () => {
      await using place = await make();
      await using store = open(place);
      for (const [i, value] of VALUES.entries()) await put(store, `v/${i}`, value);
      await put(store, "v", "beside");
      await put(store, "w/0", "behind");
      await using other = open(place);
      const { entries } = await other.list("v/");
      expect(entries.map(({ key }) => key)).toEqual(VALUES.map((_, i) => `v/${i}`));
      expect(entries.map(({ value }) => value)).toEqual(VALUES);
      expect((await other.get("v")).entry!.value).toBe("beside");
      expect((await other.list("")).entries.length).toBe(VALUES.length + 2);
    });

    test("moves on by revisions; an entry tells its last and its first", async () => {
      await using place = await make();
      await using store = open(place);
      const first = await put(store, "a", "1");
      const second = await put(store, "a", "2");
      expect(second).toBeGreaterThan(first);
      const { revision, entry } = await store.get("a");
      expect(revision).toBe(second);
      expect(entry).toEqual({ key: "a", value: "2", revision: second, created: first, leased: false });
      await store.commit([], [{ remove: "a" }]);
      const third = await put(store, "a", "3");
      expect((await store.get("a")).entry).toMatchObject({ revision: third, created: third });
    });

    test("commits all or nothing, as what is found is as it was wanted or not", async () => {
      await using place = await make();
      await using store = open(place);
      const absent = { key: "a", revision: 0 };
      const made = await store.commit([absent], [{ put: "a", value: "1" }, { put: "b", value: "1" }]);
      expect(made.succeeded).toBe(true);
      const refused = await store.commit([absent], [{ put: "b", value: "2" }, { remove: "a" }]);
      expect(refused).toEqual({ succeeded: false, revision: made.revision });
      const one = { key: "a", revision: made.revision };
      const stale = { key: "b", revision: made.revision - 1 };
      expect((await store.commit([one, stale], [{ remove: "a" }])).succeeded).toBe(false);
      expect((await store.commit([one], [{ remove: "a" }, { put: "c", value: "1" }])).succeeded).toBe(true);
      expect((await store.list("")).entries.map(({ key, value }) => key + value)).toEqual(["b1", "c1"]);
    });

    test("loses no count when many count at once", async () => {
      await using place = await make();
      const stores = [open(place), open(place), open(place)];
      await Promise.all(Array.from({ length: 18 }, (_, i) => increment(stores[i % 3]!, "count")));
      expect((await stores[0]!.get("count")).entry!.value).toBe("18");
      for (const store of stores) await store.close();
    });

    test("refuses what no store can do", async () => {
      await using place = await make();
      await using store = open(place);
      const bad = [
        [{ put: "", value: "" }],
        [{ put: "a b", value: "" }],
        [{ put: "ü", value: "" }],
        [{ put: "a", value: "" }, { remove: "a" }],
        [{ put: "a", value: "x".repeat(600_000) }],
        Array.from({ length: 101 }, (_, i) => ({ remove: `k${i}` })),
      ];
      for (const operations of bad) {
        expect(await store.commit([], operations).catch((error) => error)).toBeInstanceOf(RangeError);
      }
      expect(await store.lease(1).catch((error) => error)).toBeInstanceOf(RangeError);
      expect((await store.list("")).entries).toEqual([]);
    });

    test("watch tells of what changes under its prefix, in order, a transaction at once, until it is ended", async () => {
      await using place = await make();
      await using store = open(place);
      await using other = open(place);
      const start = await put(store, "w/before", "0");
      const told = new Told();
      const end = store.watch("w/", start, told);
      await put(other, "w/a", "1");
      await eventually("the first is told", () => told.last("w/a") === "1");
      await put(other, "elsewhere", "1");
      const both = await other.commit([], [{ put: "w/b", value: "2" }, { put: "w/c", value: "2" }]);
      await eventually("both are told", () => told.last("w/c") === "2");
      await other.commit([], [{ remove: "w/a" }, { remove: "w/none" }]);
      await eventually("the removal is told", () => told.last("w/a") === null);
      expect(told.texts.toSorted()).toEqual(["w/a gone", "w/a=1", "w/b=2", "w/c=2"]);
      const pair = told.batches.find((batch) => batch.some(({ key }) => key === "w/b"))!;
      expect(pair.map(({ key, revision }) => [key, revision])).toEqual([["w/b", both.revision], [
        "w/c",
        both.revision,
      ]]);
      end();
      const later = new Told();
      const endLater = store.watch("w/", told.revision, later);
      await put(other, "w/d", "3");
      await eventually("a later watcher is told", () => later.last("w/d") === "3");
      endLater();
      expect(told.last("w/d")).toBeUndefined();
      expect(later.texts).toEqual(["w/d=3"]);
      expect([told.words, later.words]).toEqual([[], []]);
    });

    test("watch tells of what changed before it began", async () => {
      await using place = await make();
      await using store = open(place);
      const start = await put(store, "a", "1");
      await put(store, "b", "1");
      await put(store, "a", "2");
      await store.commit([], [{ remove: "b" }]);
      const told = new Told();
      const end = store.watch("", start, told);
      await eventually("the last state is told", () => told.last("a") === "2" && told.last("b") === null);
      const revisions = told.batches.flat().map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(Math.min(...revisions)).toBeGreaterThan(start);
      end();
    });

    test("watch and list make the same picture while many write", async () => {
      await using place = await make();
      await using store = open(place);
      const picture = new Map<string, string>();
      const { revision } = await store.list("");
      const end = store.watch("", revision, {
        changed: (changes) =>
          changes.forEach(({ key, entry }) =>
            entry === null ? picture.delete(key) : picture.set(key, entry.value)
          ),
        lost() {},
        failed() {},
        resumed() {},
      });
      const write = async (writer: number) => {
        for (let i = 0; i < 12; i++) {
          const key = `k${(writer * 5 + i * 3) % 7}`;
          await store.commit([], [i % 4 === 3 ? { remove: key } : { put: key, value: `${writer}.${i}` }]);
        }
      };
      await Promise.all([write(0), write(1), write(2)]);
      const { entries } = await store.list("");
      const truth = entries.map(({ key, value }) => [key, value]);
      await eventually("the pictures are the same", () => Bun.deepEquals([...picture].toSorted(), truth));
      end();
    });

    test("a lease holds for longer than its time, and takes its keys along when it is ended", async () => {
      await using place = await make();
      await using store = open(place);
      await using other = open(place);
      const lease = await store.lease(1000);
      await store.commit([], [{ put: "m/a", value: "1", lease }, { put: "m/b", value: "1" }]);
      const { revision, entries } = await other.list("m/");
      expect(entries.map(({ leased }) => leased)).toEqual([true, false]);
      const told = new Told();
      const end = other.watch("m/", revision, told);
      const until = performance.now() + 2500;
      await eventually("its time is over", () => performance.now() > until);
      expect([lease.holds, lease.lost.aborted, told.texts]).toEqual([true, false, []]);
      await lease.end();
      await eventually("its key is gone", () => told.last("m/a") === null);
      expect(lease.holds).toBe(false);
      expect((await other.list("m/")).entries.map(({ key }) => key)).toEqual(["m/b"]);
      const error = await storeErrorOf(store.commit([], [{ put: "m/c", value: "1", lease }]));
      expect([error.kind, error.message]).toEqual(["unavailable", expect.stringContaining("lease")]);
      end();
    });

    test("a key put without its lease again stays", async () => {
      await using place = await make();
      await using store = open(place);
      const lease = await store.lease(1000);
      await store.commit([], [{ put: "a", value: "1", lease }]);
      await put(store, "a", "2");
      await lease.end();
      expect((await store.get("a")).entry).toMatchObject({ value: "2", leased: false });
    });

    test("a store that is closed gives up its leases and ends its watches", async () => {
      await using place = await make();
      await using store = open(place);
      const closing = open(place);
      const lease = await closing.lease(60_000);
      await closing.commit([], [{ put: "a", value: "1", lease }]);
      const told = new Told();
      closing.watch("", 0, told);
      await closing.close();
      expect((await store.get("a")).entry).toBeNull();
      const count = told.batches.length;
      await put(store, "b", "1");
      const other = new Told();
      const end = store.watch("", 0, other);
      await eventually("others are told", () => other.last("b") === "1");
      expect(told.batches.length).toBe(count);
      end();
    });
  });
}
