/**
 * Every memcached command the proxy serves, one line each.
 *
 * Source: memcached's protocol.txt (1.6), and the behaviour of memcached 1.6.18 on malformed lines.
 */
import type { Command } from "./command.ts";
import { WordTable } from "./word_table.ts";

type Declaration = Partial<Omit<Command, "id" | "name">> & Pick<Command, "handling" | "fewest" | "most">;

const ANY = Infinity;
/** Longer lines than this memcached may not wait for, and closes; bytes. */
export const LONGEST_LINE = 2048;
const BAD_LINE = "CLIENT_ERROR bad command line format";
const BAD_FLAG = "CLIENT_ERROR invalid or duplicate flag";
const TOO_MANY_FLAGS = "CLIENT_ERROR options flags are too long";

const GET: Declaration = {
  handling: "gather",
  family: "get",
  fewest: 2,
  most: ANY,
  longestLine: ANY,
  keyAt: 1,
};
const GAT: Declaration = { handling: "gather", family: "get", fewest: 2, most: ANY, keyAt: 2 };
const STORE: Declaration = {
  handling: "forward",
  family: "store",
  fewest: 5,
  most: 6,
  keyAt: 1,
  lengthAt: 4,
  hush: "noreply",
};
const CHANGE: Declaration = { handling: "forward", fewest: 3, most: 4, keyAt: 1, hush: "noreply" };
const META: Declaration = {
  handling: "forward",
  family: "meta",
  fewest: 2,
  most: 19,
  tooMany: TOO_MANY_FLAGS,
  keyAt: 1,
  hush: "q",
  isMeta: true,
};
const META_STORE: Declaration = {
  ...META,
  tooMany: "CLIENT_ERROR options flags too long",
  lengthAt: 2,
  nominal: ["HD"],
};
const LOCAL: Declaration = { handling: "local", fewest: 1, most: ANY };

const DECLARATIONS: Record<string, Declaration> = {
  get: GET,
  gets: GET,
  gat: GAT,
  gats: GAT,
  set: STORE,
  add: STORE,
  replace: STORE,
  append: STORE,
  prepend: STORE,
  cas: { ...STORE, fewest: 6, most: 7 },
  delete: { ...CHANGE, family: "delete", fewest: 2 },
  incr: { ...CHANGE, family: "arithmetic" },
  decr: { ...CHANGE, family: "arithmetic" },
  touch: { ...CHANGE, family: "touch" },
  flush_all: { handling: "everywhere", fewest: 1, most: 3, hush: "noreply" },
  verbosity: { handling: "everywhere", fewest: 2, most: 3, hush: "noreply" },
  mg: { ...META, nominal: ["EN"] },
  ms: META_STORE,
  md: { ...META, twice: BAD_FLAG, nominal: ["HD"] },
  ma: { ...META, twice: BAD_FLAG, nominal: ["HD", "VA"] },
  me: { ...META, tooFew: BAD_LINE, hush: "never" },
  mn: LOCAL,
  version: LOCAL,
  stats: LOCAL,
  quit: LOCAL,
  shutdown: LOCAL,
};

/** All commands, by id. */
export const COMMANDS: readonly Command[] = Object.entries(DECLARATIONS).map(([name, declared], id) => ({
  id,
  name,
  family: "other",
  tooFew: "ERROR",
  tooMany: "ERROR",
  twice: "CLIENT_ERROR duplicate flag",
  longestLine: LONGEST_LINE,
  keyAt: 0,
  lengthAt: 0,
  hush: "never",
  nominal: [],
  isMeta: false,
  ...declared,
}));

const NAMES = new WordTable(COMMANDS.map((command) => [command.name, command] as const));

/** The command that `bytes[start, end)` names, or null. Cost: no allocation. */
export function lookupCommand(bytes: Uint8Array, start: number, end: number): Command | null {
  return NAMES.find(bytes, start, end);
}
