/** A store that forgets: the simplest thing that does what stores do, for tests of what is built on one. */
import {
  type Store,
  type StoredDocument,
  StoreError,
  type StoreWatcher,
  type Version,
} from "../../src/coordination/mod.ts";

/** What every `MemoryStore` over it shares. */
export class MemoryPlace {
  /** As JSON, so that what was written can't be changed from outside. */
  text: string | null = null;
  revision = 0;
  readonly #watchers = new Set<() => void>();

  get document(): StoredDocument | null {
    return this.text === null ? null : { value: JSON.parse(this.text), version: String(this.revision) };
  }

  set(value: unknown): void {
    this.text = JSON.stringify(value);
    this.revision++;
    for (const watcher of this.#watchers) watcher();
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}

/** A store over such a place. */
export class MemoryStore implements Store {
  readonly name = "memory";

  constructor(readonly place: MemoryPlace = new MemoryPlace()) {}

  read(): Promise<StoredDocument | null> {
    return Promise.resolve(this.place.document);
  }

  write(value: unknown, over: Version | null): Promise<Version> {
    if ((this.place.document?.version ?? null) !== over) {
      return Promise.reject(
        new StoreError("conflict", `${this.name} was changed by somebody else meanwhile`),
      );
    }
    this.place.set(value);
    return Promise.resolve(String(this.place.revision));
  }

  watch(known: Version | null, watcher: StoreWatcher): () => void {
    let told = known;
    const tell = () => {
      const { document } = this.place;
      if ((document?.version ?? null) === told) return;
      told = document?.version ?? null;
      watcher.changed(document);
    };
    queueMicrotask(tell);
    return this.place.watch(tell);
  }
}
