/**
 * SQLite, in this process. The write-ahead log makes a commit one append and, where every write has to be durable,
 * one fdatasync; the exclusive lock keeps everybody else out and spares shared memory.
 */
import { Database, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { closeSync, fdatasync, openSync } from "node:fs";
import type { Durability, Engine, Row, Value } from "./engine.ts";

/** How often `interval` syncs; milliseconds. */
const SYNC_MS = 1000;
/** Pages kept in memory; kilobytes. */
const CACHE_KB = 64 * 1024;
/** What the log's file may keep on the disk once it has been copied into the database; bytes. */
const LOG_BYTES = 64 * 1024 * 1024;
const IN_MEMORY = ":memory:";

/** `synchronous` of SQLite. With NORMAL a commit writes and doesn't sync. */
const SYNCHRONOUS: Record<Durability, string> = { write: "FULL", interval: "NORMAL", off: "OFF" };

/** A database file, or `:memory:`. */
export class SqliteEngine implements Engine {
  readonly name = "sqlite";
  readonly types = {
    integer: "INTEGER",
    indexed: "BLOB",
    score: "BLOB",
    blob: "BLOB",
    clustered: "WITHOUT ROWID",
    hasInlineIndexes: false,
  };
  readonly maxIndexedBytes = 64 * 1024;
  readonly maxValueBytes = Infinity;
  readonly isLocal = true;
  readonly #database: Database;
  readonly #sync: IntervalSync | null;
  /** Every statement there is, prepared once: the runtime by itself keeps no more than twenty. */
  readonly #statements = new Map<string, Statement>();

  private constructor(database: Database, sync: IntervalSync | null) {
    this.#database = database;
    this.#sync = sync;
  }

  /** Opens the file, which is made if it isn't there. Errors: throws why it can't be used. */
  static open(path: string, durability: Durability): SqliteEngine {
    try {
      const database = new Database(path, { create: true, readwrite: true });
      database.run("PRAGMA locking_mode = EXCLUSIVE");
      database.run("PRAGMA journal_mode = WAL");
      database.run(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`);
      database.run(`PRAGMA cache_size = -${CACHE_KB}`);
      database.run(`PRAGMA journal_size_limit = ${LOG_BYTES}`);
      // The lock is taken by the first write and kept from then on.
      database.run("BEGIN IMMEDIATE");
      database.run("COMMIT");
      const syncs = durability === "interval" && path !== IN_MEMORY;
      return new SqliteEngine(database, syncs ? new IntervalSync(`${path}-wal`) : null);
    } catch (error) {
      throw new Error(`${path}: ${reasonOf(error)}`);
    }
  }

  begin(): void {
    this.#statement("BEGIN").run();
  }

  commit(): void {
    this.#statement("COMMIT").run();
  }

  rollback(): void {
    if (this.#database.inTransaction) this.#database.run("ROLLBACK");
  }

  rows(sql: string, parameters: readonly Value[] = []): Row[] {
    const rows = this.#statement(sql).values(...parameters as SQLQueryBindings[]) as Value[][];
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) {
        const value = row[i];
        if (value instanceof Uint8Array) row[i] = asBuffer(value);
      }
    }
    return rows as Row[];
  }

  run(sql: string, parameters: readonly Value[] = []): void {
    this.#statement(sql).run(...parameters as SQLQueryBindings[]);
    if (this.#sync !== null) this.#sync.isDue = true;
  }

  close(): void {
    this.#sync?.stop();
    for (const statement of this.#statements.values()) statement.finalize();
    this.#database.close();
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#database.prepare(sql));
    return statement;
  }
}

/** Syncs the log once a second when something was written to it, beside the work. */
class IntervalSync {
  isDue = false;
  readonly #descriptor: number;
  readonly #timer = setInterval(() => this.#sync(), SYNC_MS);

  constructor(log: string) {
    this.#descriptor = openSync(log, "a");
  }

  stop(): void {
    clearInterval(this.#timer);
    closeSync(this.#descriptor);
  }

  #sync(): void {
    if (!this.isDue) return;
    this.isDue = false;
    fdatasync(this.#descriptor, (error) => {
      if (error !== null) this.isDue = true;
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function reasonOf(error: unknown): string {
  switch ((error as { code?: unknown }).code) {
    case "SQLITE_BUSY":
      return "another process uses it";
    case "SQLITE_CANTOPEN":
      return "can't be opened or made";
    case "SQLITE_NOTADB":
      return "is no SQLite database";
    default:
      return (error as Error).message;
  }
}
