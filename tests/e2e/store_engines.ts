/** The databases that stores are tested over, as far as they are on this machine. */
import { TempDir } from "../support/temp_dir.ts";

/** A database for one test. */
export interface TestDatabase extends AsyncDisposable {
  /** As the store's command line takes it. */
  readonly url: string;
}

/** A kind of database. */
export interface StoreEngine {
  readonly name: string;
  /** Why it can't be had here; null when it can. */
  readonly reason: string | null;
  /** An empty one. */
  readonly start: () => Promise<TestDatabase>;
}

/** All kinds. */
export const STORE_ENGINES: readonly StoreEngine[] = [{
  name: "sqlite",
  reason: null,
  start() {
    const dir = new TempDir();
    return Promise.resolve({
      url: `sqlite:${dir.file("store.db")}`,
      [Symbol.asyncDispose]: () => Promise.resolve(dir.remove()),
    });
  },
}];
