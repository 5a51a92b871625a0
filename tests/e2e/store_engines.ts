/** The databases that stores are tested over, as far as they are on this machine. */
import { reasonToSkip } from "../support/programs.ts";
import { SqlServer } from "../support/sql_servers.ts";
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
  /** How much of what is random to try: these have a way to go for every question. */
  readonly rounds: number;
  /** An empty one. */
  readonly start: () => Promise<TestDatabase>;
}

/** All kinds. */
export const STORE_ENGINES: readonly StoreEngine[] = [
  { name: "sqlite", reason: null, rounds: 40, start: () => Promise.resolve(sqlite()) },
  { name: "postgres", reason: reasonToSkip("initdb"), rounds: 10, start: () => SqlServer.postgres() },
  { name: "mysql", reason: reasonToSkip("mariadbd"), rounds: 10, start: () => SqlServer.mariadb() },
];

function sqlite(): TestDatabase {
  const dir = new TempDir();
  return {
    url: `sqlite:${dir.file("store.db")}`,
    [Symbol.asyncDispose]: () => Promise.resolve(dir.remove()),
  };
}
