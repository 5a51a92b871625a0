/** Short ways to say where a command's keys stand. The first argument is always what `COMMAND` prints as flags. */
import type { KeyAccess, KeySpec } from "../command.ts";

const ACCESS: Record<string, KeyAccess> = { RO: "read", RW: "read-write", OW: "write", RM: "write" };

/** Bits of `KeySpec.needs`: the value is looked at, or what follows from it is returned. */
export const READS = 1;
/** The value is changed, made or removed. */
export const WRITES = 2;
/** Both. */
export const ANY_ACCESS: number = READS | WRITES;

const NEEDS: Record<string, number> = { access: READS, update: WRITES, insert: WRITES, delete: WRITES };

const PLAIN = {
  isKey: true,
  begin: 1,
  keyword: "",
  find: "range",
  last: 0,
  limit: 0,
  first: 0,
  step: 1,
} as const;

/** For commands without keys that have more to say. */
export const NO_KEYS: readonly KeySpec[] = [];

/** One key, at argument `begin`. */
export function key(flags: string, begin = 1): KeySpec {
  return keys(flags, begin, 0);
}

/** Keys from argument `begin` to `last`, which counts from `begin`, or from the end when negative. */
export function keys(flags: string, begin: number, last: number, step = 1): KeySpec {
  return keySpec(flags, { begin, last, step });
}

/** As many keys as argument `begin` says, behind it. */
export function counted(flags: string, begin: number, step = 1): KeySpec {
  return keySpec(flags, { begin, step, find: "count", first: 1 });
}

/** Keys behind a keyword, which is looked for from argument `begin` on; `last` and `limit` as in `KeySpec`. */
export function after(flags: string, keyword: string, begin: number, last: number, limit: number): KeySpec {
  return keySpec(flags, { keyword, begin, last, limit });
}

/** Keys that SORT makes from what it sorts: BY and GET. */
export const SORT_PATTERNS: KeySpec = keySpec("RO access", { find: "unknown" });

/** Where SORT puts its result. */
export const SORT_STORE: KeySpec = keySpec("OW update", { find: "sort-store", begin: 2, keyword: "STORE" });

/** One key in argument 1, but for what `fields` say. */
export function keySpec(flags: string, fields: Partial<KeySpec>): KeySpec {
  const words = flags.split(" ");
  return {
    ...PLAIN,
    ...fields,
    flags: words,
    access: ACCESS[words[0]!] ?? "read",
    needs: words.reduce((needs, word) => needs | (NEEDS[word] ?? 0), 0),
    isKey: words[0] !== "not_key",
  };
}
