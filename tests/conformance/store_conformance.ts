/**
 * What every store must do, wherever it keeps the document. A store's test file calls `storeConformance` with a way
 * to make a place for one.
 */
import { describe, expect, test } from "bun:test";
import { type Store, type StoredDocument, StoreError, type Version } from "../../src/coordination/mod.ts";
import { eventually } from "../support/eventually.ts";

/** An empty place for a document; whatever is opened there is the same store. */
export interface StorePlace extends AsyncDisposable {
  open(): Store;
}

/** JSON of every kind, and texts that need care. */
const VALUES: unknown[] = [
  null,
  0,
  -1.5,
  true,
  "",
  "line\nbreak, \u0000, ünïcödé, 🪢, \u2028",
  [],
  {},
  [[], [null], { a: [1, "2", { b: null }] }],
  { "": 1, "a b": { "__proto": 2 }, long: "x".repeat(100_000) },
];

/** Collects what a watcher is told. */
class Told {
  readonly documents: (StoredDocument | null)[] = [];
  readonly errors: StoreError[] = [];

  changed(document: StoredDocument | null): void {
    this.documents.push(document);
  }

  failed(error: StoreError): void {
    this.errors.push(error);
  }

  get last(): unknown {
    return this.documents.at(-1)?.value;
  }
}

/** How a promise failed: the StoreError's kind. Errors: throws when it did not, or with anything else. */
export async function failureOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(() => null, (reason) => reason);
  expect(error).toBeInstanceOf(StoreError);
  return error;
}

/** Writes over whatever is there, as often as it takes. */
async function add(store: Store, entry: string): Promise<void> {
  for (;;) {
    const current = await store.read();
    try {
      await store.write([...(current?.value as string[] | undefined) ?? [], entry], current?.version ?? null);
      return;
    } catch (error) {
      if ((error as StoreError).kind !== "conflict") throw error;
    }
  }
}

/** Runs the suite on one kind of store. */
export function storeConformance(title: string, make: () => Promise<StorePlace>): void {
  describe(title, () => {
    test("read gives null when nothing was ever written", async () => {
      await using place = await make();
      expect(await place.open().read()).toBeNull();
    });

    test("read gives what was written, and its version, from wherever it is opened", async () => {
      await using place = await make();
      const store = place.open();
      let version: Version | null = null;
      for (const value of VALUES) {
        version = await store.write(value, version);
        expect(await store.read()).toEqual({ value, version });
        expect(await place.open().read()).toEqual({ value, version });
      }
    });

    test("write gives a version that no content had before, also when the content is an old one", async () => {
      await using place = await make();
      const store = place.open();
      const versions: Version[] = [];
      for (const value of [1, 2, 1, 1, 2]) versions.push(await store.write(value, versions.at(-1) ?? null));
      expect(new Set(versions).size).toBe(versions.length);
    });

    test("write is refused as a conflict and changes nothing when the version is another one", async () => {
      await using place = await make();
      const store = place.open();
      expect((await failureOf(store.write("x", "some version"))).kind).toBe("conflict");
      expect(await store.read()).toBeNull();
      const first = await store.write("first", null);
      const second = await store.write("second", first);
      for (const over of [null, first, `${second}0`]) {
        const error = await failureOf(store.write("x", over));
        expect([error.kind, error.message.includes(store.name)]).toEqual(["conflict", true]);
      }
      expect(await store.read()).toEqual({ value: "second", version: second });
    });

    test("of writers that replace the same version one succeeds", async () => {
      await using place = await make();
      const version = await place.open().write(0, null);
      const writes = Array.from({ length: 8 }, (_, i) => place.open().write(i + 1, version));
      const results = await Promise.allSettled(writes);
      const winners = results.flatMap((result, i) => result.status === "fulfilled" ? [i + 1] : []);
      expect(winners.length).toBe(1);
      expect((await place.open().read())!.value).toBe(winners[0]);
    });

    test("no write is lost when writers read, change and write side by side", async () => {
      await using place = await make();
      const entries = Array.from({ length: 12 }, (_, i) => `entry ${i}`);
      await Promise.all(entries.map((entry) => add(place.open(), entry)));
      expect(((await place.open().read())!.value as string[]).toSorted()).toEqual(entries.toSorted());
    });

    test("watch tells of changes from the known version on, whoever makes them, until it is ended", async () => {
      await using place = await make();
      const store = place.open();
      const told = new Told();
      const end = store.watch(null, told);
      const first = await place.open().write("first", null);
      await eventually("the first is told", () => told.last === "first");
      const second = await store.write("second", first);
      await eventually("the second is told", () => told.last === "second");
      expect(told.documents).toEqual([{ value: "first", version: first }, {
        value: "second",
        version: second,
      }]);
      end();
      const third = await store.write("third", second);
      const later = new Told();
      const endLater = store.watch(second, later);
      await eventually("a later watcher is told", () => later.last === "third");
      endLater();
      expect(told.documents.length).toBe(2);
      expect(later.documents).toEqual([{ value: "third", version: third }]);
      expect([told.errors, later.errors]).toEqual([[], []]);
    });

    test("watch tells of what changed before it began, and not of what is known", async () => {
      await using place = await make();
      const store = place.open();
      const first = await store.write("first", null);
      const second = await store.write("second", first);
      const [behind, abreast] = [new Told(), new Told()];
      const ends = [store.watch(first, behind), store.watch(second, abreast)];
      await eventually("the change is told", () => behind.last === "second");
      const third = await store.write("third", second);
      await eventually(
        "both are told of the third",
        () => behind.last === "third" && abreast.last === "third",
      );
      for (const end of ends) end();
      expect(abreast.documents).toEqual([{ value: "third", version: third }]);
    });

    test("watch tells of the last one for sure when changes follow each other fast", async () => {
      await using place = await make();
      const store = place.open();
      const told = new Told();
      const end = store.watch(null, told);
      let version: Version | null = null;
      for (let i = 1; i <= 50; i++) version = await store.write(i, version);
      await eventually("the last is told", () => told.last === 50);
      end();
      const values = told.documents.map((document) => document!.value as number);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    });
  });
}
