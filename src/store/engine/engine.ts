/**
 * What the store asks of an SQL database: one connection, one transaction at a time, and statements that all of them
 * understand. Statements are written once, with `?` where parameters stand; what really differs between databases is
 * in the engine's `types`.
 *
 * A store is the only one that writes to its tables: every engine takes a lock when it is opened.
 */

/** A parameter, and what a column holds: whole numbers within 2^53, bytes, or nothing. */
export type Value = number | Uint8Array | null;

/** One row: bytes are fresh buffers of the caller's own. */
export type Row = readonly (number | Buffer | null)[];

/** When what was written is on the disk: before its reply leaves, within a second, or when the system likes. */
export const DURABILITIES = ["write", "interval", "off"] as const;

/** One of them. */
export type Durability = typeof DURABILITIES[number];

/** What databases call the types that the tables need. */
export interface ColumnTypes {
  /** 64 bits, signed. */
  readonly integer: string;
  /** Bytes that an index orders, up to `maxIndexedBytes`. */
  readonly indexed: string;
  /** The eight bytes of a score. */
  readonly score: string;
  /** Any bytes. */
  readonly blob: string;
  /** What is said behind the columns of a table whose rows are kept in the order of its primary key. */
  readonly clustered: string;
  /** An index is declared with its table, and takes all rows. */
  readonly hasInlineIndexes: boolean;
}

/** A database. After an error the transaction is lost, and `rollback` is called. */
export interface Engine {
  /** As the user writes it: `sqlite`, `mysql`, `postgres`. */
  readonly name: string;
  readonly types: ColumnTypes;
  /** The longest key or member that an index of it takes; bytes. */
  readonly maxIndexedBytes: number;
  /** The longest value it takes; bytes. */
  readonly maxValueBytes: number;
  /** Questions are answered without a way to another process, so that asking for several things at once gains nothing. */
  readonly isLocal: boolean;

  begin(): void | Promise<void>;
  /** What was written is as durable as the engine was opened for when this is done. */
  commit(): void | Promise<void>;
  /** Makes nothing of the transaction last. It may reconnect. Never throws. */
  rollback(): void | Promise<void>;

  /** What a question is answered with. */
  rows(sql: string, parameters?: readonly Value[]): Row[] | Promise<Row[]>;
  /** Writes. Later questions see it; that it failed may not be said before them, or the commit. */
  run(sql: string, parameters?: readonly Value[]): void;

  /** Ends the connection; nothing is under way. */
  close(): void | Promise<void>;
}
