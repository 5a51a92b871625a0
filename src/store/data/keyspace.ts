/**
 * The keys, as one transaction sees them. A key is read once and then kept, and what changes of it is written when the
 * transaction ends: a hundred INCRs of a counter, or a hundred items pushed to a list, write the key's row once.
 * Elements are written at once; the commands of a type see to them.
 *
 *     find ──▶ entry ──▶ changed, remove ──▶ flush: deletes, then updates, then inserts
 */
import type { Engine, Row } from "../engine/engine.ts";
import { rowsIn } from "../engine/many.ts";
import { Failure, wrongType } from "../failure.ts";
import { Entry, NEVER, STRING, type Type, TYPES } from "./entry.ts";
import { writeEntries } from "./entry_writer.ts";
import { placeOf } from "./place.ts";
import type { Totals } from "./totals.ts";
import type { Watches } from "./watches.ts";

/** Longer strings are read when somebody wants them; bytes. */
const INLINE_BYTES = 4096;
const COLUMNS =
  `id, type, expires, size, head, flags, version, CASE WHEN size <= ${INLINE_BYTES} THEN value END, name`;
const FIND = `SELECT ${COLUMNS} FROM sennit_keys WHERE name = ?`;
const FIND_MANY = `SELECT ${COLUMNS} FROM sennit_keys WHERE name IN (*)`;
const FIND_VALUE = "SELECT value FROM sennit_keys WHERE id = ?";

/** Values read that are kept until the transaction ends; bytes. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;
/** Entries that are kept beyond one command. */
const MOST_KEPT = 10_000;
/** A deleted key with more elements leaves them to the sweep. */
const MOST_DELETED = 128;

/** What a string may come with. */
export interface StringOptions {
  readonly expires?: number;
  readonly flags?: number;
}

/** All keys. */
export class Keyspace {
  /** Milliseconds since 1970, for all that one transaction does. */
  now = 0;
  /** By name; null: there is no such key. */
  readonly #entries = new Map<string, Entry | null>();
  readonly #changed = new Set<Entry>();
  #keptBytes = 0;

  constructor(readonly engine: Engine, readonly totals: Totals, readonly watches: Watches) {}

  /** The key, or null. One whose time is over is removed. */
  async find(name: Buffer): Promise<Entry | null> {
    const text = name.toString("latin1");
    let entry = this.#entries.get(text);
    if (entry === undefined) {
      const [row] = await this.engine.rows(FIND, [name]);
      entry = row === undefined ? null : entryOf(row);
      this.#keep(text, entry);
    }
    if (entry !== null && entry.expires <= this.now) {
      this.remove(entry);
      return null;
    }
    return entry;
  }

  /** The key if it is of this type, or null. Errors: a Failure when it is of another. */
  async findOf(name: Buffer, type: Type): Promise<Entry | null> {
    const entry = await this.find(name);
    if (entry !== null && entry.type !== type) throw wrongType();
    return entry;
  }

  /** Reads several keys at once, so that `find` has them. */
  async prefetch(names: readonly Buffer[]): Promise<void> {
    const unknown = new Map<string, Buffer>();
    for (const name of names) {
      const text = name.toString("latin1");
      if (!this.#entries.has(text)) unknown.set(text, name);
    }
    if (unknown.size < 2) return;
    for (const row of await rowsIn(this.engine, FIND_MANY, [], [...unknown.values()])) {
      const entry = entryOf(row);
      const text = entry.name.toString("latin1");
      this.#keep(text, entry);
      unknown.delete(text);
    }
    for (const text of unknown.keys()) this.#entries.set(text, null);
  }

  /** A string's bytes, which nobody may change. */
  async valueOf(entry: Entry): Promise<Buffer> {
    if (entry.value !== null) return entry.value;
    const [[value]] = await this.engine.rows(FIND_VALUE, [entry.id]) as [[Buffer]];
    return value;
  }

  /** A new key where there is none, whose elements have this id. It is there even while it has none. */
  create(name: Buffer, type: Type, id: number = this.totals.takeId()): Entry {
    this.checkLength(name, "key");
    const entry = new Entry(id, name, type);
    entry.state = "new";
    this.totals.count(1);
    this.#entries.set(name.toString("latin1"), entry);
    this.#changed.add(entry);
    this.#touch(entry);
    return entry;
  }

  /** Makes the key a string with this value, whatever it was. Errors: a Failure when the database can't take it. */
  async setString(name: Buffer, value: Buffer, options: StringOptions = {}): Promise<Entry> {
    this.checkLength(name, "key");
    this.checkValue(value);
    let entry = await this.find(name);
    if (entry !== null && entry.type !== STRING) {
      this.remove(entry);
      entry = null;
    }
    entry ??= this.create(name, STRING);
    entry.expires = options.expires ?? NEVER;
    entry.flags = options.flags ?? 0;
    this.setValue(entry, value);
    return entry;
  }

  /** Gives a string another value. Errors: a Failure when the database can't take it. */
  setValue(entry: Entry, value: Buffer): void {
    this.checkValue(value);
    entry.value = value;
    entry.size = value.length;
    entry.version = this.totals.takeVersion();
    entry.isValueChanged = true;
    this.#keptBytes += value.length;
    this.changed(entry);
  }

  /** Something about the key is not as it was, be it its elements. One that has none left is gone. */
  changed(entry: Entry): void {
    if (entry.type !== STRING && entry.size === 0) {
      this.remove(entry);
      return;
    }
    if (entry.state === "as stored") {
      entry.state = "changed";
      this.#changed.add(entry);
    }
    this.#touch(entry);
  }

  /** Deletes the key with all it has. */
  remove(entry: Entry): void {
    const wasStored = entry.state !== "new";
    entry.state = "gone";
    if (wasStored) this.#changed.add(entry);
    else this.#changed.delete(entry);
    this.totals.count(-1);
    this.#entries.set(entry.name.toString("latin1"), null);
    this.#bury(entry);
    this.#touch(entry);
  }

  /** Gives the key another name, which none has. */
  rename(entry: Entry, name: Buffer): void {
    this.checkLength(name, "key");
    // Several of them in one transaction may pass names round: each finds the table as the one before left it.
    this.flush();
    this.#touch(entry);
    this.#entries.set(entry.name.toString("latin1"), null);
    entry.name = name;
    this.#entries.set(name.toString("latin1"), entry);
    this.changed(entry);
    this.flush();
  }

  /** Removes all keys. */
  clear(): void {
    this.#forget();
    for (const { table } of Object.values(TYPES)) if (table !== "") this.engine.run(`DELETE FROM ${table}`);
    this.engine.run("DELETE FROM sennit_graves");
    this.engine.run("DELETE FROM sennit_keys");
    this.totals.count(-this.totals.keyCount);
    this.watches.allChanged();
  }

  /** Keys as they are stored, in the order of ids, from `id` on. What was changed is written before. */
  async listFrom(id: number, count: number): Promise<Entry[]> {
    this.flush();
    const rows = await this.engine.rows(
      `SELECT ${COLUMNS} FROM sennit_keys WHERE id >= ? ORDER BY id LIMIT ?`,
      [id, count],
    );
    return rows.map(entryOf);
  }

  /** Writes what has changed. */
  flush(): void {
    if (this.#changed.size === 0) return;
    writeEntries(this.engine, this.#changed);
    this.#changed.clear();
  }

  /** What one command has brought into memory and the next may do without goes. */
  trim(): void {
    if (this.#entries.size <= MOST_KEPT && this.#keptBytes <= MOST_KEPT_BYTES) return;
    this.flush();
    this.#forget();
  }

  async begin(now: number): Promise<void> {
    this.now = now;
    await this.engine.begin();
  }

  async commit(): Promise<void> {
    this.flush();
    this.totals.save(this.engine);
    await this.engine.commit();
    this.totals.committed();
    this.#forget();
  }

  /** Nothing since `begin` has happened. */
  async rollback(): Promise<void> {
    this.#forget();
    await this.engine.rollback();
    this.totals.rolledBack();
  }

  /** The place of a field or member. Errors: a Failure when it is longer than the database takes. */
  placeOf(member: Buffer): number {
    this.checkLength(member, "member");
    return placeOf(member, this.totals.seed);
  }

  /** Errors: a Failure when the database can't take a value so long. */
  checkValue({ length }: Buffer): void {
    const { maxValueBytes, name } = this.engine;
    if (length > maxValueBytes) {
      throw new Failure(`ERR value of ${length} bytes is longer than this ${name} takes (${maxValueBytes})`);
    }
  }

  /** Errors: a Failure when an index of the database can't take these bytes. */
  checkLength(bytes: Buffer, what: string): void {
    const { maxIndexedBytes, name } = this.engine;
    if (bytes.length <= maxIndexedBytes) return;
    throw new Failure(
      `ERR ${what} of ${bytes.length} bytes is longer than ${name} can index (${maxIndexedBytes})`,
    );
  }

  #keep(text: string, entry: Entry | null): void {
    this.#entries.set(text, entry);
    if (entry === null || entry.value === null) return;
    this.#keptBytes += entry.value.length;
    if (this.#keptBytes <= MOST_KEPT_BYTES) return;
    this.#keptBytes = 0;
    for (const kept of this.#entries.values()) if (kept?.state === "as stored") kept.value = null;
  }

  #touch(entry: Entry): void {
    this.watches.changed(entry.name.toString("latin1"));
  }

  #bury({ id, type, size }: Entry): void {
    if (type === STRING || size === 0) return;
    if (size <= MOST_DELETED) this.engine.run(`DELETE FROM ${TYPES[type].table} WHERE id = ?`, [id]);
    else this.engine.run("INSERT INTO sennit_graves (id, type) VALUES (?, ?)", [id, type]);
  }

  #forget(): void {
    this.#entries.clear();
    this.#changed.clear();
    this.#keptBytes = 0;
  }
}

function entryOf(row: Row): Entry {
  const [id, type, expires, size, head, flags, version, value, name] = row as [
    number,
    Type,
    number | null,
    number,
    number,
    number,
    number,
    Buffer | null,
    Buffer,
  ];
  const entry = new Entry(id, name, type);
  entry.expires = expires ?? NEVER;
  entry.size = size;
  entry.head = head;
  entry.flags = flags;
  entry.version = version;
  entry.value = value;
  return entry;
}
