/**
 * What a memcached client may send, rightly or wrongly: text commands here, meta commands in
 * `memcached_meta_cases.ts`. The answer to each is whatever the installed memcached says.
 */

/** Requests of one connection, from a memcached that holds nothing. */
export interface MemcachedCase {
  readonly name: string;
  /** One byte per character. `<1>` is the token of the first value that is stored, `<2>` of the next. */
  readonly bytes: string;
  /** How the connection ends: by `mn` and `quit` if not told otherwise. */
  readonly end?: "half-close" | "by itself";
}

const CRLF = "\r\n";

/** A case whose lines all end in CRLF; data blocks are lines too. In the texts, ` | ` stands between two lines. */
export function lines(name: string, ...all: readonly string[]): MemcachedCase {
  return { name, bytes: `${all.join(" | ").replaceAll(" | ", CRLF)}${CRLF}` };
}

/** A case byte by byte. */
export function raw(name: string, bytes: string, end?: MemcachedCase["end"]): MemcachedCase {
  return { name, bytes, end };
}

/** The longest key there is. */
export const LONGEST = "k".repeat(250);
/** More than a memcached takes by itself; bytes. */
const TOO_MANY_BYTES = 1_100_000;
const ALL_BYTES = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));

const STORE = ["set", "add", "replace", "append", "prepend"] as const;
const MISSING = ["a", "a 0", "a 0 0"] as const;
/** Lines of storage commands that memcached may refuse, without the verb. */
const BAD_STORES = [
  "",
  ...MISSING,
  "a x 0 1",
  "a -1 0 1",
  "a 4294967295 0 1",
  "a 0 x 1",
  "a 0 1.5 1",
  "a 0 0 x",
  "a 0 0 1x",
  "a 0 0 -1",
  "a 0 0 2147483648",
  "a 0 0 99999999999999999999",
  "a 0 0 1 2",
  "a 0 0 1 2 3",
  "a 0 0 1 2 3 4 5 6 7 8 9",
  "a +1 0 1",
  "a 0 +0 1",
  "a 0 0 +1",
  "a 00 00 01",
  "a 0x1 0 1",
  `${LONGEST}k 0 0 1`,
];

const STORES: readonly MemcachedCase[] = [
  lines("set", "set a 7 0 5 | hello | get a"),
  lines("set of nothing", "set a 0 0 0", "", "get a"),
  lines("set of all bytes", `set a 4294967295 0 256`, ALL_BYTES, "get a"),
  lines("set of lines", "set a 0 0 14", "END\r\nget b\r\nEND", "get a"),
  lines("set of 100 KB", "set a 0 0 100000", "x".repeat(100_000), "get a"),
  lines("set with the longest key", `set ${LONGEST} 0 0 1 | x | get ${LONGEST}`),
  lines("set that expires", "set a 0 -1 1 | x | get a | set a 0 1000 1 | y | get a"),
  lines("set by absolute time", "set a 0 2000000000 1 | x | get a | set a 0 1000000000 1 | y | get a"),
  lines("add", "add a 1 0 1 | x | add a 2 0 1 | y | get a"),
  lines("replace", "replace a 1 0 1 | x | set a 0 0 1 | y | replace a 3 0 2 | zz | get a"),
  lines("append", "append a 0 0 1 | x | set a 5 0 1 | y | append a 9 100 2 | zz | get a"),
  lines("prepend", "prepend a 0 0 1 | x | set a 5 0 1 | y | prepend a 9 100 2 | zz | get a"),
  lines("cas", "set a 0 0 1 | x | cas a 3 0 1 <1> | y | cas a 0 0 1 <1> | z | gets a"),
  lines("cas without a value", "cas a 0 0 1 1 | x | get a"),
  lines("cas with the largest token", "set a 0 0 1 | x | cas a 0 0 1 18446744073709551615 | y"),
  lines("cas with a token too large", "set a 0 0 1 | x | cas a 0 0 1 18446744073709551616 | get a"),
  lines("cas with no token", "set a 0 0 1 | x | cas a 0 0 1 | get a"),
  lines("cas with a token that is no number", "set a 0 0 1 | x | cas a 0 0 1 x | get a"),
  lines("cas with a negative token", "set a 0 0 1 | x | cas a 0 0 1 -1 | y | get a"),
  lines(
    "cas noreply",
    "set a 0 0 1 | x | cas a 0 0 1 <1> noreply | y | cas a 0 0 1 <1> noreply | z | gets a",
  ),
  lines("cas noreply without a value", "cas a 0 0 1 1 noreply | x | get a"),
  lines("cas with a word too many", "set a 0 0 1 | x | cas a 0 0 1 <1> x | y | gets a"),
  lines("cas with two words too many", "set a 0 0 1 | x | cas a 0 0 1 <1> x y | gets a"),
  lines(
    "stores whose conditions fail, noreply",
    ...STORE.flatMap((verb) => [`${verb} a 0 0 1 noreply`, "x"]),
    "get a",
  ),
  lines("noreply in other letters", "set a 0 0 1 NOREPLY | x | set b 0 0 1 norepl | y | get a b"),
  lines("a key called noreply", "set noreply 0 0 1 | x | get noreply | delete noreply | get noreply"),
];

const REFUSED_STORES: readonly MemcachedCase[] = [
  ...BAD_STORES.flatMap((words) => [
    lines(`set ${shown(words)}`, `set ${words} | x | get a`),
    lines(`set ${shown(words)} noreply`, `set ${words} noreply | x | get a`),
  ]),
  ...STORE.slice(1).flatMap((verb) =>
    MISSING.map((words) => lines(`${verb} ${words}`, `${verb} ${words} | get a`))
  ),
  ...["", " noreply"].flatMap((noreply) => [
    lines(`block too long${noreply}`, `set a 0 0 3${noreply} | abcdef | get a`),
    lines(`block too long by one${noreply}`, `set a 0 0 3${noreply} | abcd | get a`),
    lines(`block too long, several lines${noreply}`, `set a 0 0 3${noreply} | abcdef | get b | get a`),
    lines(`block too short${noreply}`, `set a 0 0 8${noreply} | abc | get a | get b | get c`),
    lines(`block too short by one${noreply}`, `set a 0 0 4${noreply} | abc | get b | get a`),
    lines(
      `block longer than announced by a value in place${noreply}`,
      `set a 0 0 1 | x | set a 0 0 1${noreply} | xy | get a`,
    ),
    raw(`block closed by LF${noreply}`, `set a 0 0 3${noreply}\r\nabc\nget b\r\nget a\r\n`),
    raw(`block closed by CR and a letter${noreply}`, `set a 0 0 3${noreply}\r\nabc\rxget b\r\nget a\r\n`),
    raw(`block followed by a command at once${noreply}`, `set a 0 0 3${noreply}\r\nabcget a\r\nget a\r\n`),
    lines(
      `too large${noreply}`,
      `set a 0 0 1 | x | set a 0 0 ${TOO_MANY_BYTES}${noreply}`,
      "x".repeat(TOO_MANY_BYTES),
      "get a",
    ),
    lines(
      `append too large${noreply}`,
      `append a 0 0 ${TOO_MANY_BYTES}${noreply}`,
      "x".repeat(TOO_MANY_BYTES),
      "get a",
    ),
    lines(
      `append that grows too large${noreply}`,
      "set a 0 0 600000",
      "x".repeat(600_000),
      `append a 0 0 600000${noreply}`,
      "y".repeat(600_000),
      "get a",
    ),
  ]),
  raw("block that is cut off", "set a 0 0 10\r\nabc", "half-close"),
  raw("line that is cut off", "get a\r\nget b", "half-close"),
];

const READS: readonly MemcachedCase[] = [
  lines("get of a miss", "get a | gets a | gat 0 a | gats 0 a"),
  lines("get of several", "set a 1 0 1 | x | set b 2 0 2 | yy | get a b c | get c b a | gets a c b"),
  lines("get of one key twice", "set a 0 0 1 | x | get a a | gets a a a"),
  lines(
    "get of 100 keys",
    "set k7 0 0 1 | x",
    `get ${Array.from({ length: 100 }, (_, i) => `k${i % 10}`).join(" ")}`,
  ),
  lines(
    "get of large values",
    "set a 0 0 90000",
    "x".repeat(90_000),
    "set b 0 0 90000",
    "y".repeat(90_000),
    "get a b a c",
  ),
  lines("gat", "set a 0 0 1 | x | gat 100 a | gats 100 a b a | gat -1 a | get a"),
  lines("gat with a bad time", "set a 0 0 1 | x | gat x a | gat 1x a | gats 99999999999 a | get a"),
  lines("get of a key called noreply", "set a 0 0 1 | x | get a noreply | gat 0 a noreply | gats 0 noreply"),
  lines("get without a key", "get | gets", "get ", "gat | gats | gat 0 | gats 0"),
  // One such line a case: what memcached had answered before it and not yet sent, it forgets.
  ...["get", "gets", "gat 0", "gats 0"].flatMap((verb) => [
    lines(`${verb} of a key too long`, `${verb} ${LONGEST}k | get a`),
    lines(
      `${verb} of a key too long behind a hit`,
      `set a 0 0 1 noreply | x | ${verb} a ${LONGEST}k a | get a`,
    ),
    lines(
      `${verb} of a key too long before a hit`,
      `set a 0 0 1 noreply | x | ${verb} ${LONGEST}k a | get a`,
    ),
    lines(
      `${verb} of a key too long behind many`,
      `set a 0 0 1 noreply | x | ${verb} ${"a ".repeat(40)}${LONGEST}k a | get a`,
    ),
  ]),
  lines("get of the longest keys", `set ${LONGEST} 0 0 1 | x | get ${LONGEST} ${LONGEST}`),
];

const CHANGES: readonly MemcachedCase[] = [
  lines("delete", "delete a | set a 0 0 1 | x | delete a | get a"),
  lines("delete with 0", "set a 0 0 1 | x | delete a 0 | get a | delete a 0"),
  lines("delete with 0 noreply", "set a 0 0 1 | x | delete a 0 noreply | get a"),
  lines("delete with another number", "set a 0 0 1 | x | delete a 1 | delete a x | delete a 00 | get a"),
  lines(
    "delete with another number, noreply",
    "set a 0 0 1 | x | delete a 1 noreply | get a | delete a x noreply",
  ),
  lines("delete noreply", "set a 0 0 1 | x | delete a noreply | get a | delete a noreply"),
  lines("delete of nothing", "delete", "delete ", "delete a b c d | delete a 0 noreply x"),
  lines("delete of a key too long", `delete ${LONGEST}k | delete ${LONGEST}k noreply | delete ${LONGEST}k 0`),
  lines("incr and decr", "set a 0 0 2 | 10 | incr a 5 | decr a 6 | get a | decr a 100 | get a"),
  lines("incr past the largest number", "set a 0 0 20 | 18446744073709551615 | incr a 1 | get a | incr a 3"),
  lines("incr of a miss", "incr a 1 | decr a 1 | incr a 1 noreply | decr a 1 noreply"),
  lines("incr noreply", "set a 0 0 2 | 10 | incr a 5 noreply | decr a 1 noreply | get a"),
  lines("incr of what is no number", "set a 0 0 1 | x | incr a 1 | decr a 1 | incr a 1 noreply | get a"),
  lines("incr of a long value", "set a 0 0 25", "1".repeat(25), "incr a 1 | set b 0 0 0", "", "incr b 1"),
  lines("incr by what is no number", "set a 0 0 1 | 5 | incr a x | incr a -1 | decr a 1.5 | incr a | incr"),
  lines(
    "incr by what is no number, noreply",
    "set a 0 0 1 | 5 | incr a x noreply | decr a -1 noreply | get a",
  ),
  lines(
    "incr by the largest number",
    "set a 0 0 1 | 5 | incr a 18446744073709551615 | incr a 18446744073709551616",
  ),
  lines(
    "incr with a word too many",
    "set a 0 0 1 | 5 | incr a 1 x | incr a 1 2 3 | decr a 1 x noreply | get a",
  ),
  lines("incr of a key too long", `incr ${LONGEST}k 1 | incr ${LONGEST}k 1 noreply`),
  lines(
    "incr changes the token",
    "set a 0 0 1 | 9 | gets a | incr a 1 | gets a | decr a 1 | gets a | touch a 0 | gets a",
  ),
  lines("touch", "touch a 0 | set a 0 0 1 | x | touch a 100 | touch a -1 | get a"),
  lines("touch noreply", "touch a 0 noreply | set a 0 0 1 | x | touch a -1 noreply | get a"),
  lines(
    "touch with bad words",
    "set a 0 0 1 | x | touch | touch a | touch a x | touch a x noreply | touch a 0 x | touch a 0 1 2",
  ),
  lines("touch of a key too long", `touch ${LONGEST}k 0 | touch ${LONGEST}k 0 noreply`),
];

const REST: readonly MemcachedCase[] = [
  lines("flush_all", "set a 0 0 1 | x | flush_all | get a | set a 0 0 1 | y | get a"),
  lines("flush_all later", "set a 0 0 1 | x | flush_all 1000 | get a | flush_all 0 | get a"),
  lines(
    "flush_all noreply",
    "set a 0 0 1 | x | flush_all noreply | get a | flush_all 1000 noreply | flush_all 0 noreply",
  ),
  lines("flush_all with a negative delay", "set a 0 0 1 | x | flush_all -1 | get a | flush_all -1 noreply"),
  lines(
    "flush_all with bad words",
    "flush_all x | flush_all x noreply | flush_all 0 x | flush_all 0 0 0 | flush_all 0 noreply x",
  ),
  lines(
    "verbosity",
    "verbosity 0 | verbosity | verbosity noreply | verbosity 0 noreply | verbosity x",
    "verbosity x noreply",
  ),
  lines(
    "verbosity with more words",
    "verbosity 0 0 | verbosity 0 0 0 | verbosity 0 x noreply | verbosity -1 | verbosity 0",
  ),
  lines(
    "noreply twice",
    ...["incr", "decr", "touch", "delete"].flatMap((verb) => [
      `set a 0 0 1 | 5 | ${verb} a noreply noreply | get a`,
      `${verb} noreply noreply | ${verb} noreply 1 noreply | ${verb} a noreply x`,
    ]),
    "set a 0 0 1 | 5 | flush_all noreply noreply | get a | flush_all noreply x",
    "verbosity noreply noreply | verbosity noreply x",
    "set a 0 0 noreply noreply | cas a 0 0 1 noreply noreply | cas a 0 0 1 noreply x | get a",
  ),
  lines("version", "version | version x | version noreply"),
  lines("shutdown", "shutdown | shutdown graceful | shutdown x y z"),
  raw("quit", "set a 0 0 1\r\nx\r\nget a\r\nquit\r\n", "by itself"),
  raw("quit with a word", "get a\r\nquit now\r\n", "by itself"),
  lines("empty lines", "", "", "get a", ""),
  raw("lines of spaces", " \r\n   \r\nget a\r\n"),
  lines("unknown verbs", "foo | foo bar | GET a | SET a 0 0 1 | Get a | getx a | ge a | g", "x".repeat(40)),
  lines(
    "spaces too many",
    "set  a  0 0   1  ",
    "x | get  a",
    "get a ",
    "  get a",
    "get a  b ",
    "delete  a  noreply ",
  ),
  raw("lines that end in LF", "set a 0 0 1\nx\r\nget a\nget a b\nincr a 1\ndelete a noreply\ndelete a\nmn\n"),
  raw("empty lines that end in LF", "\n\nget a\n\n"),
  lines("words behind a tab", "get\ta | \tget a"),
  lines("many words", `set ${"a ".repeat(30)} | delete ${"a ".repeat(30)} | foo ${"a ".repeat(30)}`),
  lines("bytes above 127 in keys", "set \xe9\xff\x80 0 0 1 | x | get \xe9\xff\x80 a | delete \xe9\xff\x80"),
  lines(
    "many commands",
    ...Array.from({ length: 200 }, (_, i) => [`set k${i} 0 0 1`, "x", `get k${i} k${i - 1}`]).flat(),
  ),
];

/** All cases of text commands. */
export const TEXT_CASES: readonly MemcachedCase[] = [
  ...STORES,
  ...REFUSED_STORES,
  ...READS,
  ...CHANGES,
  ...REST,
];

function shown(words: string): string {
  return words.length > 60 ? `${words.slice(0, 20)}…` : words;
}
