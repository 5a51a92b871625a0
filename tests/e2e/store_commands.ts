/**
 * Random commands that a store claims to serve as Redis does, right and wrong ones, and what of a reply counts where
 * Redis leaves the order open.
 */
import { RespError, type RespValue } from "../support/resp.ts";
import type { Random } from "../support/seed.ts";

/** A command as a line of words. */
type Make = (draw: Draw) => string;

/** What templates draw from. */
class Draw {
  constructor(readonly random: Random) {}

  /** A key that may hold anything: one in ten is of another type than expected. */
  key(type: string): string {
    const kind = this.random.integer(0, 9) === 0 ? this.random.pick([..."shlez"]) : type;
    return `${kind}${this.random.integer(0, 4)}`;
  }

  get int(): number {
    return this.random.pick([0, 1, 2, 3, 5, -1, -2, 100, this.random.integer(-1000, 1000)]);
  }

  get index(): string {
    return String(this.random.pick([0, 1, 2, -1, -2, 5, -7, 100, "x", "9223372036854775807"]));
  }

  get word(): string {
    return this.random.pick([
      "a",
      "b",
      "c",
      "d",
      "foo",
      "10",
      "-3",
      "3.5",
      "x".repeat(this.random.integer(1, 40)),
    ]);
  }

  get number(): string {
    return this.random.pick([
      "1",
      "-1",
      "9223372036854775807",
      "-9223372036854775808",
      "10",
      "x",
      "1.5",
      "007",
    ]);
  }

  get float(): string {
    return this.random.pick([
      "1",
      "2.5",
      "0.1",
      "-7",
      "1e3",
      "3.0e-5",
      "10000000000.1",
      "inf",
      "x",
      "0.3333",
    ]);
  }

  /** Scores whose text is the same in every version of Redis. */
  get score(): string {
    return this.random.pick(["1", "2.5", "-7", "inf", "-inf", "1e10", "0.25", "3", "3", "x"]);
  }

  get member(): string {
    return this.random.pick([..."abcdefghij"]) + this.random.integer(0, 3);
  }

  one(...choices: string[]): string {
    return this.random.pick(choices);
  }

  many(make: () => unknown, most = 4): string {
    return Array.from({ length: this.random.integer(1, most) }, make).join(" ");
  }
}

const LATER = "33177117420";

const STRINGS: Make[] = [
  (d) =>
    `SET ${d.key("s")} ${d.word} ${
      d.one("", "", "NX", "XX", "GET", "KEEPTTL", "EX", "EX 0", "NX XX", "EX x")
    }`,
  (d) =>
    `SET ${d.key("s")} ${d.word} ${
      d.one(`EXAT ${LATER}`, `PXAT ${LATER}000`, "NX GET", "EX 10 PX 10", "BAD")
    }`,
  (d) => `${d.one("SETEX", "PSETEX")} ${d.key("s")} ${d.one("0", "-1", "x", "100000")} ${d.word}`,
  (d) => `${d.one("SETNX", "GETSET", "APPEND")} ${d.key("s")} ${d.word}`,
  (d) => `${d.one("GET", "STRLEN", "GETDEL")} ${d.key("s")}`,
  (d) => `MGET ${d.many(() => d.key("s"))}`,
  (d) => `${d.one("MSET", "MSETNX")} ${d.many(() => `${d.key("s")} ${d.word}`)} ${d.one("", "", "", "odd")}`,
  (d) => `${d.one("INCR", "DECR")} ${d.key("s")}`,
  (d) => `SET ${d.key("s")} ${d.number}`,
  (d) => `${d.one("INCRBY", "DECRBY")} ${d.key("s")} ${d.number}`,
  (d) => `INCRBYFLOAT ${d.key("s")} ${d.float}`,
  (d) => `${d.one("GETRANGE", "SUBSTR")} ${d.key("s")} ${d.index} ${d.index}`,
  (d) => `SETRANGE ${d.key("s")} ${d.one("0", "3", "50", "-1", "x")} ${d.word}`,
  (d) => `GETEX ${d.key("s")} ${d.one("", "PERSIST", `EXAT ${LATER}`, "EX", "EX 0", "PERSIST EX 1")}`,
];

const KEYS: Make[] = [
  (d) => `${d.one("TYPE", "PERSIST", "EXPIRETIME", "PEXPIRETIME")} ${d.key(d.one(..."shlez"))}`,
  (d) => `${d.one("TTL", "PTTL")} nosuch`,
  (d) =>
    `${d.one(`EXPIREAT ${d.key(d.one(..."shlez"))} ${LATER}`, `PEXPIREAT ${d.key("s")} ${LATER}000`)} ${
      d.one("", "NX", "GT", "XX", "LT", "NX XX", "GT LT", "BAD")
    }`,
  (d) => `${d.one("EXPIRE", "PEXPIRE")} ${d.key("s")} ${d.one("-1", "0", "x", "9223372036854775807")}`,
  (d) => `${d.one("DEL", "EXISTS", "UNLINK", "TOUCH")} ${d.many(() => d.key(d.one(..."shlez")))}`,
  (d) => `${d.one("RENAME", "RENAMENX")} ${d.key(d.one(..."shlez"))} ${d.key(d.one(..."shlez"))}`,
  (d) =>
    `COPY ${d.key(d.one(..."shlez"))} ${d.key(d.one(..."shlez"))} ${
      d.one("", "REPLACE", "DB 0", "DB x", "BAD")
    }`,
  (d) => `KEYS ${d.one("*", "s*", "[hl]?", "nosuch")}`,
  (d) =>
    `SCAN ${d.one("0", "x")} COUNT ${d.one("1000", "1000", "0", "x")} ${d.one("", "MATCH s*", "TYPE hash")}`,
  () => "DBSIZE",
  (d) => d.random.integer(0, 15) === 0 ? d.one("FLUSHALL", "FLUSHDB ASYNC", "FLUSHALL BAD") : "DBSIZE",
  (d) =>
    `RESTORE ${d.key("s")} ${d.one("0", "-1", "x")} nonsense ${d.one("", "REPLACE", "BAD", "IDLETIME -1")}`,
  () => "DUMP nosuch",
];

const HASHES: Make[] = [
  (d) =>
    `${d.one("HSET", "HMSET")} ${d.key("h")} ${d.many(() => `${d.word} ${d.word}`)} ${
      d.one("", "", "", "odd")
    }`,
  (d) => `HSETNX ${d.key("h")} ${d.word} ${d.word}`,
  (d) => `${d.one("HGETALL", "HKEYS", "HVALS", "HLEN")} ${d.key("h")}`,
  (d) => `${d.one("HGET", "HEXISTS", "HSTRLEN")} ${d.key("h")} ${d.word}`,
  (d) => `${d.one("HDEL", "HMGET")} ${d.key("h")} ${d.many(() => d.word)}`,
  (d) => `HINCRBY ${d.key("h")} ${d.word} ${d.number}`,
  (d) => `HINCRBYFLOAT ${d.key("h")} ${d.word} ${d.float}`,
  (d) => `HSCAN ${d.key("h")} ${d.one("0", "x")} COUNT ${d.one("100", "0")}`,
  (d) =>
    `HRANDFIELD ${d.key("h")} ${d.one("100", "0", "x", "100 WITHVALUES", "1 BAD", "-9223372036854775808")}`,
];

const LISTS: Make[] = [
  (d) => `${d.one("LPUSH", "RPUSH", "LPUSHX", "RPUSHX")} ${d.key("l")} ${d.many(() => d.word)}`,
  (d) => `${d.one("LPOP", "RPOP")} ${d.key("l")} ${d.one("", "", "0", "2", "-1", "x")}`,
  (d) => `${d.one("LRANGE", "LTRIM")} ${d.key("l")} ${d.index} ${d.index}`,
  (d) => `LRANGE ${d.key("l")} 0 -1`,
  (d) =>
    `LPOS ${d.key("l")} ${d.word} ${
      d.one("", "COUNT 0", "RANK -1", "RANK 0", "RANK 2 COUNT 2 MAXLEN 4", "MAXLEN -1")
    }`,
  (d) => `LINSERT ${d.key("l")} ${d.one("BEFORE", "AFTER", "AT")} ${d.word} ${d.word}`,
  (d) => `LMOVE ${d.key("l")} ${d.key("l")} ${d.one("LEFT", "RIGHT", "UP")} ${d.one("LEFT", "RIGHT")}`,
  (d) => `RPOPLPUSH ${d.key("l")} ${d.key("l")}`,
  (d) => `${d.one("LINDEX", "LLEN")} ${d.key("l")} ${d.one(d.index, "")}`,
  (d) => `LREM ${d.key("l")} ${d.one("0", "1", "-1", "2", "-3", "x")} ${d.word}`,
  (d) => `LSET ${d.key("l")} ${d.index} ${d.word}`,
  (d) =>
    `LMPOP ${d.one("1", "2", "0", "x")} ${d.key("l")} ${d.one("", d.key("l"))} ${
      d.one("LEFT", "RIGHT COUNT 2", "RIGHT COUNT 0")
    }`,
];

const SETS: Make[] = [
  (d) => `SADD ${d.key("e")} ${d.many(() => d.member, 8)}`,
  (d) => `${d.one("SREM", "SMISMEMBER")} ${d.key("e")} ${d.many(() => d.member)}`,
  (d) => `SISMEMBER ${d.key("e")} ${d.member}`,
  (d) => `${d.one("SMEMBERS", "SCARD")} ${d.key("e")}`,
  (d) => `${d.one("SINTER", "SUNION", "SDIFF")} ${d.many(() => d.key("e"))}`,
  (d) => `${d.one("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE")} ${d.key("e")} ${d.many(() => d.key("e"))}`,
  (d) =>
    `SINTERCARD ${d.one("1", "2", "0", "x", "9")} ${d.key("e")} ${d.key("e")} ${
      d.one("", "LIMIT 1", "LIMIT -1")
    }`,
  (d) => `SMOVE ${d.key("e")} ${d.key("e")} ${d.member}`,
  (d) => `SSCAN ${d.key("e")} 0 COUNT 100`,
  (d) => `SRANDMEMBER ${d.key("e")} ${d.one("100", "0", "x")}`,
  (d) => `SPOP ${d.key("e")} ${d.one("100", "0", "-1")}`,
];

const bounds = (d: Draw) => `${d.one("-inf", "(1", "2.5", "x")} ${d.one("+inf", "(3", "-7")}`;
const lex = (d: Draw) => `${d.one("-", "[b", "(c", "b")} ${d.one("+", "[f", "(g")}`;

const SORTED: Make[] = [
  (d) =>
    `ZADD ${d.key("z")} ${
      d.one("", "NX", "XX CH", "GT", "LT CH", "NX GT", "INCR", "XX NX")
    } ${d.score} ${d.member}`,
  (d) => `ZADD ${d.key("z")} ${d.many(() => `${d.int} ${d.member}`, 8)}`,
  (d) => `ZADD z9 ${d.many(() => `0 ${d.member}`, 8)}`,
  (d) =>
    `ZRANGE ${d.key("z")} ${d.index} ${d.index} ${
      d.one("", "WITHSCORES", "REV WITHSCORES", "LIMIT 0 1", "BAD")
    }`,
  (d) =>
    `ZRANGE ${d.key("z")} ${bounds(d)} BYSCORE ${d.one("", "WITHSCORES", "LIMIT 1 2", "LIMIT -1 2", "REV")}`,
  (d) => `ZREVRANGE ${d.key("z")} ${d.index} ${d.index} ${d.one("", "WITHSCORES")}`,
  (d) =>
    `${d.one("ZRANGEBYSCORE", "ZREVRANGEBYSCORE")} ${d.key("z")} ${bounds(d)} ${
      d.one("", "WITHSCORES", "LIMIT 1 -1")
    }`,
  (d) => `${d.one("ZCOUNT", "ZREMRANGEBYSCORE")} ${d.key("z")} ${bounds(d)}`,
  (d) => `${d.one("ZRANGEBYLEX", "ZREVRANGEBYLEX", "ZLEXCOUNT", "ZREMRANGEBYLEX")} z9 ${lex(d)}`,
  (d) => `ZRANGE z9 ${lex(d)} BYLEX ${d.one("", "LIMIT 1 1", "WITHSCORES", "REV")}`,
  (d) => `ZREMRANGEBYRANK ${d.key("z")} ${d.index} ${d.index}`,
  (d) => `${d.one("ZSCORE", "ZRANK", "ZREVRANK")} ${d.key("z")} ${d.member}`,
  (d) => `${d.one("ZREM", "ZMSCORE")} ${d.key("z")} ${d.many(() => d.member)}`,
  (d) => `ZCARD ${d.key("z")}`,
  (d) => `ZINCRBY ${d.key("z")} ${d.score} ${d.member}`,
  (d) => `${d.one("ZPOPMIN", "ZPOPMAX")} ${d.key("z")} ${d.one("", "0", "2", "-1", "x")}`,
  (d) =>
    `${d.one("ZUNION", "ZINTER")} 2 ${d.key("z")} ${d.key(d.one("z", "e"))} ${
      d.one("", "WITHSCORES", "WEIGHTS 2 0.5 WITHSCORES", "AGGREGATE MAX WITHSCORES", "WEIGHTS 1")
    }`,
  (d) =>
    `ZDIFF ${d.one("1", "2", "0", "x", "9")} ${d.key("z")} ${d.key("z")} ${
      d.one("", "WITHSCORES", "WEIGHTS 1 1")
    }`,
  (d) =>
    `${d.one("ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE")} ${d.key("z")} 2 ${d.key("z")} ${d.key("e")} ${
      d.one("", "WITHSCORES")
    }`,
  (d) => `ZINTERCARD ${d.one("2", "0")} ${d.key("z")} ${d.key("z")} ${d.one("", "LIMIT 1", "LIMIT -1")}`,
  (d) => `ZRANGESTORE ${d.key("z")} ${d.key("z")} ${d.one("0 2", `${bounds(d)} BYSCORE`, "0 -1 WITHSCORES")}`,
  (d) =>
    `ZMPOP ${d.one("1", "2", "0")} ${d.key("z")} ${d.one("", d.key("z"))} ${
      d.one("MIN", "MAX COUNT 2", "MAX COUNT 0")
    }`,
  (d) => `ZSCAN ${d.key("z")} 0 COUNT 100`,
  (d) => `ZRANDMEMBER ${d.key("z")} ${d.one("100", "0", "100 WITHSCORES", "1 BAD")}`,
];

const OTHERS: Make[] = [
  (d) => d.one("MULTI", "EXEC", "EXEC", "DISCARD", `WATCH ${d.key("s")}`, "UNWATCH"),
  (d) => `${d.one("PING", "ECHO")} ${d.one("", d.word)}`,
  (d) => `SELECT ${d.one("0", "x", "-1")}`,
  (d) => `CLIENT SETNAME ${d.word}`,
  () => "CLIENT GETNAME",
  (d) => d.one("NOSUCH a b", "CLIENT NOSUCH", "GET", "SET a", "HSET a b", "ZADD z 1", "MSET a", "AUTH wrong"),
];

const GROUPS = [STRINGS, KEYS, HASHES, LISTS, SETS, SORTED, OTHERS];

/** One random command. */
export function randomStoreCommand(random: Random): string[] {
  const draw = new Draw(random);
  return random.pick(random.pick(GROUPS))(draw).split(" ").filter((word) => word !== "");
}

/** Replies of these come in any order. */
const UNORDERED = /^(KEYS|HKEYS|HVALS|SMEMBERS|SINTER|SUNION|SDIFF|SRANDMEMBER|SPOP|HRANDFIELD|ZRANDMEMBER)$/;
const SCANS = /^[HSZ]?SCAN$/;
const IN_PAIRS = /^(HGETALL|HSCAN|ZSCAN)$|WITH(SCORES|VALUES)$/;

/** The reply with what Redis leaves open in an order of its own. */
export function ordered(words: readonly string[], reply: RespValue): unknown {
  const name = words[0]!.toUpperCase();
  if (reply instanceof RespError) return reply.message;
  // Times that were counted from now.
  if (/EXPIRETIME$/.test(name) && Number(reply) > 0) return String(reply).startsWith(LATER) ? reply : "soon";
  if (SCANS.test(name) && Array.isArray(reply)) return [reply[0], arranged(name, reply[1] as RespValue[])];
  if (reply instanceof Set) return [...reply].map(text).sort();
  if (reply instanceof Map) return [...reply].map(text).sort();
  if (!Array.isArray(reply)) return reply;
  const random = /^[HZ]RAND/.test(name) ? words.at(-1)!.toUpperCase() : name;
  return UNORDERED.test(name) || name === "HGETALL" ? arranged(random, reply) : reply.map(plain);
}

function arranged(name: string, elements: readonly RespValue[]): string[] {
  const areFlat = IN_PAIRS.test(name) && !Array.isArray(elements[0]);
  const units = areFlat
    ? elements.flatMap((_, i) => i % 2 === 0 ? [elements.slice(i, i + 2)] : [])
    : elements;
  return units.map(text).sort();
}

function plain(value: RespValue): unknown {
  return value instanceof RespError ? value.message : value;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
