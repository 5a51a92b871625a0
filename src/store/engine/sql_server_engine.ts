/**
 * A database server, over one connection. Statements that only write are not waited for: they follow each other down
 * the connection, and what became of them is known at the next question or the commit.
 *
 * Another process is kept out by a lock that the server holds for this connection. When that is lost, the transaction
 * under way is, and the next one connects anew.
 */
import { type ReservedSQL, SQL } from "bun";
import type { ColumnTypes, Engine, Row, Value } from "./engine.ts";

/** What two kinds of servers do differently. */
export interface SqlDialect {
  readonly name: string;
  readonly types: ColumnTypes;
  /** The longest key or member that fits in an index with what is beside it there; bytes. */
  readonly maxIndexedBytes: number;
  /** A statement with `?` for its parameters, as the server wants it. */
  textOf(sql: string): string;
  /** Gets a new connection ready, and the lock. Shape: the longest value that it takes. Errors: throws why not. */
  prepare(ask: (sql: string) => Promise<Row[]>): Promise<number>;
}

const CONNECT_SECONDS = 10;

/** One kind of server at one URL. */
export class SqlServerEngine implements Engine {
  readonly name: string;
  readonly types: ColumnTypes;
  readonly maxIndexedBytes: number;
  readonly isLocal = false;
  maxValueBytes = Infinity;
  readonly #dialect: SqlDialect;
  readonly #url: string;
  #pool: SQL | null = null;
  #connection: ReservedSQL | null = null;
  /** Writes whose outcome is not known. */
  #writes: Promise<unknown>[] = [];
  #fault: Error | null = null;

  private constructor(dialect: SqlDialect, url: string) {
    this.#dialect = dialect;
    this.#url = url;
    this.name = dialect.name;
    this.types = dialect.types;
    this.maxIndexedBytes = dialect.maxIndexedBytes;
  }

  /** Connects. Errors: throws why that can't be done; the message has no password. */
  static async open(dialect: SqlDialect, url: string): Promise<SqlServerEngine> {
    const engine = new SqlServerEngine(dialect, url);
    try {
      await engine.#connect();
      return engine;
    } catch (error) {
      await engine.#disconnect();
      throw new Error(`${placeOf(url)}: ${reasonOf(error)}`);
    }
  }

  async begin(): Promise<void> {
    if (this.#connection === null) await this.#connect();
    this.run("BEGIN");
  }

  async commit(): Promise<void> {
    this.run("COMMIT");
    await this.#settle();
  }

  async rollback(): Promise<void> {
    try {
      await this.#settle().catch(() => {});
      await this.#ask("ROLLBACK", []);
    } catch {
      // Without its connection there is no transaction to take back.
      await this.#disconnect();
    }
  }

  async rows(sql: string, parameters: readonly Value[] = []): Promise<Row[]> {
    try {
      return await this.#ask(sql, parameters);
    } catch (error) {
      // What failed before says more than that the transaction has failed.
      throw this.#fault ?? error;
    }
  }

  run(sql: string, parameters: readonly Value[] = []): void {
    const write = this.#send(sql, parameters).execute();
    this.#writes.push(write.catch((error: Error) => (this.#fault ??= error)));
  }

  close(): Promise<void> {
    return this.#disconnect();
  }

  async #connect(): Promise<void> {
    this.#pool = new SQL(this.#url, { max: 1, connectionTimeout: CONNECT_SECONDS, idleTimeout: 0 });
    this.#connection = await this.#pool.reserve();
    this.maxValueBytes = await this.#dialect.prepare((sql) => this.#ask(sql, []));
  }

  async #disconnect(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    this.#connection = null;
    this.#writes = [];
    this.#fault = null;
    await pool?.close({ timeout: 0 }).catch(() => {});
  }

  /** Waits for all writes. Errors: the first one's. */
  async #settle(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    await Promise.all(writes);
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault;
  }

  async #ask(sql: string, parameters: readonly Value[]): Promise<Row[]> {
    const found = await this.#send(sql, parameters).values() as unknown[][];
    for (const row of found) for (let i = 0; i < row.length; i++) row[i] = valueOf(row[i]);
    return found as unknown as Row[];
  }

  #send(sql: string, parameters: readonly Value[]) {
    if (this.#connection === null) throw new Error("the connection to the database is lost");
    return this.#connection.unsafe(this.#dialect.textOf(sql), parameters as Value[]);
  }
}

/** Whole numbers of 64 bits come as text. */
function valueOf(value: unknown): number | Buffer | null {
  if (value === null || typeof value === "number") return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Number(value);
}

function placeOf(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return "the database's URL can't be read";
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return message || code || String(error);
}
