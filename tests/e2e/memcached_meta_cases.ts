/** What a memcached client may send of the meta commands; `memcached_cases.ts` says how to read it. */
import { lines, LONGEST, type MemcachedCase, raw } from "./memcached_cases.ts";

const STORED = "set a 5 0 2 | 10";
/** `a`, `key` and the longest key in base64. */
const A64 = "YQ==";
const KEY64 = "a2V5";
const LONGEST64 = Buffer.from(LONGEST).toString("base64");
const OPAQUE = "o".repeat(31);

const READS: readonly MemcachedCase[] = [
  lines("mg hit", STORED, "mg a | mg a v | mg a s v | mg a k f s c t v | mg a v t c s f k"),
  lines("mg miss", "mg a | mg a v | mg a k O1 | mg a v k q | mg a q O1"),
  lines("mg quiet", STORED, "mg a q | mg a q v | mg b q | mg b v q k O7 | mg a k q O7 v"),
  lines("mg of when it was hit", STORED, "mg a h | mg a h u | mg a h | mg b h l"),
  lines("mg with unused flags", STORED, "mg a u v | mg a P v | mg a Lpath/ v | mg a Ppath v L"),
  lines(
    "mg with opaque",
    STORED,
    `mg a O1 v | mg a O${OPAQUE} | mg a O${OPAQUE}o | mg a O${OPAQUE}oo v | mg a O`,
  ),
  lines("mg of base64", STORED, `mg ${A64} b v | mg ${A64} b k v O1 | mg ${A64} v k | mg ${KEY64} b q k`),
  lines("mg of bad base64", STORED, "mg a b v | mg YQ b v | mg Y=== b | mg **** b k | mg ==== b | mg a b q"),
  lines("mg touches", STORED, "mg a T-1 v | mg a v | mg a T30 | mg a T"),
  lines("mg vivifies", "mg a N0 v | mg a N0 v | mg a v t | mg a k O1 | mg b N0 q v | mg b N0 q v"),
  lines("mg vivifies with words", "mg a N0 k f s c t v O1 | mg a N | mg b Nx v | mg b N-1 v | mg b N v"),
  lines("mg recaches", STORED, "mg a R30 v | mg a T10 | mg a R30 v | mg a R30 v | mg a v | mg a Rx | mg a R"),
  lines("mg with bad numbers", STORED, "mg a Tx v | mg a Tx v q | mg a T1.5 | mg a T99999999999 | mg a v"),
  lines("mg with unknown flags", STORED, "mg a z v | mg a v 1 | mg a V | mg a ! | mg b z q"),
  lines("mg with flags twice", STORED, "mg a v v | mg a k k | mg a O1 O2 | mg a q q | mg b q q v | mg a v"),
  lines("mg without a key", "mg", "mg ", "mg q | mg a"),
  lines(
    "mg of keys too long",
    `mg ${LONGEST} v | mg ${LONGEST}k v | mg ${LONGEST}k q | mg ${LONGEST}k q k O1`,
  ),
  lines(
    "mg of a long key in base64",
    `ms ${LONGEST64.slice(0, 248)} 1 b | x | mg ${LONGEST64.slice(0, 248)} b v k`,
  ),
  lines(
    "mg of keys too long in base64",
    `mg ${LONGEST64} b v`,
    `mg ${Buffer.from(`${LONGEST}k`).toString("base64")} b q`,
  ),
  lines(
    "mg with many flags",
    STORED,
    `mg a v ${"P ".repeat(10)} | mg a v k f s c t q u h l O1 T0 N0 R0 b P L E1`,
  ),
  lines("mg with too many flags", STORED, `mg a v ${"k ".repeat(40)} | mg a v`),
  lines("mg with spaces", STORED, "mg  a   v", "mg a v ", " mg a v", "mg a v  k"),
  raw("mg that ends in LF", "set a 0 0 1\r\nx\r\nmg a v\nmg b\nmg b q\nmg a k q\nmn\n"),
  lines("mg of a large value", "set a 0 0 90000", "x".repeat(90_000), "mg a v k | mg a v q O1"),
  lines(
    "mg with words behind flags",
    STORED,
    `mg a qx v | mg b qx | mg ${A64} bx kx vx | mg a kO1 v | mg b qq`,
  ),
  lines("mg in upper case", "MG a v | Mg a | mG a"),
];

const MODES = ["E", "e", "A", "a", "P", "p", "R", "r", "S", "s"] as const;

const STORES: readonly MemcachedCase[] = [
  lines("ms", "ms a 5 | hello | mg a v | ms a 0", "", "mg a v | ms a 2 F7 T0 k O1 c | xy | get a | gets a"),
  lines("ms with S", "ms a S5 | hello | mg a v | ms a S5 T0 | get a"),
  lines(
    "ms quiet",
    "ms a 1 q | x | ms a 1 q k O1 c | y | mg a v | ms a 1 ME q | z | ms a 1 MR q | w | mg a v",
  ),
  lines(
    "ms quiet without success",
    "ms a 1 MR q | x | ms a 1 MA q k | x | ms a 1 MP q O1 | x | ms a 1 C1 q k | x",
  ),
  ...MODES.map((mode) =>
    lines(
      `ms M${mode}`,
      `ms a 1 M${mode} k | x`,
      STORED,
      `ms a 2 M${mode} O3 c | yz | mg a v f | ms a 1 M${mode} q | w | mg a v`,
    )
  ),
  lines(
    "ms with an unknown mode",
    "ms a 1 Mx | x | mg a v | ms a 1 M | x | mg a v | ms a 1 Mset | x | mg a v",
  ),
  lines("ms with an unknown mode, quiet", "ms a 1 Mx q | x | mg a v | ms a 1 M q | x | mg a v"),
  lines("ms C", STORED, "ms a 1 C<1> c | x | ms a 1 C<1> k | y | ms b 1 C<1> k | z | mg a v c"),
  lines("ms C quiet", STORED, "ms a 1 C<1> q | x | ms a 1 C<1> q k | y | ms b 1 C<1> q | z | mg a v c"),
  lines("ms C with modes", STORED, "ms a 1 C<1> MA | x | ms a 1 C<1> MP | y | ms a 1 C<1> MR | z | mg a v c"),
  lines(
    "ms CI with an old token",
    STORED,
    "ms a 1 T0 | x | ms a 1 C<1> I k | y | mg a v c | mg a v | mg a v",
  ),
  lines("ms CI with a token too new", STORED, "ms a 1 C<9> I | x | mg a v c | ms a 1 I | y | mg a v c"),
  lines("ms E", "ms a 1 E777 c | x | mg a c v | ms a 1 C777 E778 | y | mg a c v"),
  lines(
    "ms base64",
    `ms ${KEY64} 1 b k O1 | x | get key | mg ${KEY64} b v k | ms ${A64} 1 b q | y | mg a v k`,
  ),
  lines(
    "ms of a key of any bytes",
    "ms AAEKDSB/ 1 b k | x | mg AAEKDSB/ b k v | mg AAEKDSB/ b q | me AAEKDSB/ b | md AAEKDSB/ b k",
  ),
  lines("ms with words behind flags", `ms a 1 qx | x | ms a 1 qx ME | y | ms ${A64} 1 bx kx | z | mg a v`),
  lines("ms bad base64", "ms YQ 1 b | x | mg a v | ms **** 1 b q k | x | mg a v"),
  lines(
    "ms with flags that mean nothing",
    "ms a 1 v | x | mg a v | ms a 1 t | x | mg a v | ms a 1 h s f | x",
  ),
  lines("ms of a TTL", "ms a 1 T-1 | x | mg a v | ms a 1 T1000 | y | mg a v"),
  lines("ms of all bytes", "ms a 4", "\0\r\n\xff", "mg a v"),
  lines("ms of 100 KB", "ms a 100000 k", "x".repeat(100_000), "mg a s"),
  lines("ms of a large value, quiet", "ms a 100000 q", "x".repeat(100_000), "mg a s"),
  lines("ms with spaces", "ms  a  1   k ", "x", " ms a 1 q", "y | mg a v"),
  raw("ms that ends in LF", "ms a 1\nx\r\nms b 1 q\ny\r\nmg a v\nmg b v\n"),
];

/** Words of a refused `ms` line, of a value of one byte. */
const BAD_STORES = [
  "",
  "a",
  "a x",
  "a -1",
  "a 1x",
  "a 2147483648",
  "a +1",
  "a 01",
  "a S",
  "a Sx",
  "a 1 Fx",
  "a 1 F-1",
  "a 1 F4294967296",
  "a 1 F",
  "a 1 Tx",
  "a 1 T",
  "a 1 Cx",
  "a 1 C",
  "a 1 C-1",
  "a 1 O",
  `a 1 O${OPAQUE}o`,
  `a 1 O${OPAQUE}oo`,
  "a 1 k k",
  "a 1 T0 T1",
  "a 1 z",
  "a 1 2",
  "a 1 !",
  `${LONGEST}k 1`,
  `a 1 ${"P ".repeat(10)}`,
  `a 1 ${"k ".repeat(40)}`,
];

const REFUSED_STORES: readonly MemcachedCase[] = [
  ...BAD_STORES.flatMap((words) => {
    const shown = words.length > 60 ? `${words.slice(0, 20)}…` : words;
    return [
      lines(`ms ${shown}`, `ms ${words} | x | mg a v`),
      lines(`ms ${shown} q`, `ms ${words} q | x | mg a v`),
    ];
  }),
  lines("ms a 1 q q", "ms a 1 q q | x | mg a v"),
  ...["", " q", " q k O1", " k O1"].flatMap((flags) => [
    lines(`ms block too long${flags}`, `ms a 3${flags} | abcdef | mg a v`),
    lines(`ms block too short${flags}`, `ms a 8${flags} | abc | mg b | mg a v | mg c`),
    raw(`ms block closed by LF${flags}`, `ms a 3${flags}\r\nabc\nmg b\r\nmg a v\r\n`),
    lines(`ms too large${flags}`, STORED, `ms a 1100000${flags}`, "x".repeat(1_100_000), "mg a v"),
  ]),
];

const CHANGES: readonly MemcachedCase[] = [
  lines("md", "md a", STORED, "md a k O1 | mg a v | md a k O1"),
  lines("md quiet", "md a q | md a q k O1", STORED, "md a q k O1 | mg a v | md a q"),
  lines("md C", STORED, "md a C1 | md a C1 q k | md a C<1> k | mg a v | md a C<1> q"),
  lines("md invalidates", STORED, "md a I | mg a v t c | mg a v | mg a v | ms a 1 | x | mg a v"),
  lines("md invalidates with a TTL", STORED, "md a I T-1 q | mg a v", STORED, "md a I T1000 k | mg a v"),
  lines(
    "md invalidates by token",
    STORED,
    "md a I C1 | md a I C<1> k O1 | mg a v c k | mg a v c k | ms a 1 C<1> I | y | mg a v",
  ),
  lines("md base64", `set key 0 0 1 | x | md ${KEY64} b k O1 | get key | md ${KEY64} b q k | md YQ b q`),
  lines(
    "md refused",
    "md",
    "md ",
    `md ${LONGEST}k | md ${LONGEST}k q | md a Cx | md a Cx q | md a Tx I | md a z | md a z q | md a k k`,
    "md a q q",
  ),
  lines("md with flags that mean nothing", STORED, "md a v t f", STORED, "md a P L q | mg a"),
  lines("ma", "ma a", STORED, "ma a | ma a v | ma a v t c k O1 | ma a k O1 c t"),
  lines(
    "ma modes",
    STORED,
    ...["MI", "M+", "MD", "M-", "Mi", "Md", "Mincr", "MDECR"].map((mode) => `ma a ${mode} D3 v`),
  ),
  lines("ma past its ends", "set a 0 0 20 | 18446744073709551615 | ma a v | ma a MD D5 v | get a"),
  lines("ma quiet", "ma a q | ma a q v k O1", STORED, "ma a q | ma a q v | ma a q k O1 c | mg a v"),
  lines("ma creates", "ma a N0 | ma a N0 v | ma b N0 J13 v t c | ma b N0 J13 v | mg b v"),
  lines("ma creates with a TTL", "ma a N-1 v | mg a v | ma a N1000 v | mg a v"),
  lines("ma C", STORED, "ma a C1 | ma a C1 q v k | ma a C<1> v c | ma a C<1> q | mg a v c"),
  lines("ma T", STORED, "ma a T-1 v | mg a v", STORED, "ma a T0 v t"),
  lines("ma base64", `set key 0 0 1 | 5 | ma ${KEY64} b v k O1 | get key | ma ${A64} b N0 v k | mg a v`),
  lines("ma of what is no number", "set a 0 0 1 | x | ma a | ma a q | ma a v k O1 | ma a q v | mg a v"),
  lines("ma of a long value", "set a 0 0 25", "1".repeat(25), "ma a v | ma a q | set b 0 0 0", "", "ma b v"),
  lines(
    "ma with bad flags",
    STORED,
    "ma a Dx | ma a Dx q | ma a D-1 | ma a D | ma a Mx | ma a Mx q | ma a M | ma a Jx N0 | ma a Nx",
    "ma a Tx q | ma a Cx",
  ),
  lines(
    "ma refused",
    "ma",
    "ma ",
    `ma ${LONGEST}k | ma ${LONGEST}k q v | ma a v v | ma a q q | ma a z | ma a z q | MA a`,
  ),
];

const REST: readonly MemcachedCase[] = [
  lines("mn", "mn | mn | mg a q | mn | MN"),
  lines("mn with words", "mn x | mn q | mn O1 q"),
  lines("me", "me a", STORED, `me a | mg a v | me a | me ${A64} b | me b`),
  lines("me refused", "me", "me ", `me ${LONGEST}k | me **** b | me YQ b`),
  lines("me with flags", STORED, "me a q | me a k | me b q | me a v v | me a b"),
  lines("unknown meta commands", "mx a | m a | m | mgg a | ms | mss a 1"),
  lines(
    "quiet misses between hits",
    STORED,
    ...Array.from({ length: 50 }, (_, i) => i % 5 === 0 ? `mg a v q O${i}` : `mg b${i} v q O${i}`),
    "mn",
    ...Array.from({ length: 50 }, (_, i) => [`ms c${i} 2 q`, `${i + 10}`]).flat(),
    "mn",
    ...Array.from({ length: 50 }, (_, i) => `ma c${i} q v O${i}`),
    ...Array.from({ length: 60 }, (_, i) => `md c${i} q`),
    "mg c1",
  ),
  lines(
    "meta and text commands",
    STORED,
    "mg a v q | get a b | md a q | get a | ms a 1 q | x | incr a 1 noreply | gets a",
  ),
];

/** All cases of meta commands. */
export const META_CASES: readonly MemcachedCase[] = [
  ...READS,
  ...STORES,
  ...REFUSED_STORES,
  ...CHANGES,
  ...REST,
];
