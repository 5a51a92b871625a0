/** What the store knows of a key. */

/** Types as `sennit_keys` has them. */
export const STRING = 1;
export const HASH = 2;
export const LIST = 3;
export const SET = 4;
export const SORTED_SET = 5;

/** One of the types above. */
export type Type = typeof STRING | typeof HASH | typeof LIST | typeof SET | typeof SORTED_SET;

/** What there is to know of a type. */
interface TypeFacts {
  /** As TYPE says it. */
  readonly name: string;
  /** The table of its elements; empty for a string, which has none. */
  readonly table: string;
  /** The column that orders the elements of a key. */
  readonly order: string;
  /** The other columns of an element. */
  readonly columns: string;
}

/** All types. */
export const TYPES: Record<Type, TypeFacts> = {
  [STRING]: { name: "string", table: "", order: "", columns: "" },
  [HASH]: { name: "hash", table: "sennit_fields", order: "place", columns: "member, value" },
  [LIST]: { name: "list", table: "sennit_items", order: "position", columns: "value" },
  [SET]: { name: "set", table: "sennit_members", order: "place", columns: "member" },
  [SORTED_SET]: { name: "zset", table: "sennit_scores", order: "place", columns: "member, score" },
};

/** `Entry.expires` of a key that stays. */
export const NEVER = Infinity;

/** How an entry differs from its row. */
export type EntryState = "as stored" | "new" | "changed" | "gone";

/** A key. What changes it is in `Keyspace`, which writes it to its row. */
export class Entry {
  state: EntryState = "as stored";
  /** The value in memory is not the row's. */
  isValueChanged = false;
  /** Milliseconds since 1970, or `NEVER`. */
  expires = NEVER;
  /** Number of elements; of a string, of bytes. */
  size = 0;
  /** Position of a list's first item. */
  head = 0;
  /** What memcached's clients store beside a value. */
  flags = 0;
  /** Of a string: no other value, of whatever key, has or had this number. memcached's `cas`. */
  version = 0;
  /** A string's bytes; null where they are too many to be read with the row, and not yet asked for. */
  value: Buffer | null = null;

  constructor(readonly id: number, public name: Buffer, readonly type: Type) {}
}
