/**
 * Random commands of all kinds, right and wrong, whose replies are the same on every server: nothing that depends on
 * the clock, on chance, or on the order of a hash table, whose seed is a server's own.
 */
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { compareVersions } from "../../src/proxy/server_versions.ts";
import type { Argument } from "../support/resp_encoder.ts";
import type { Random } from "../support/seed.ts";

/** A command, or several that belong together. */
type Make = (draw: Draw) => string;

/** What templates draw from. */
class Draw {
  constructor(readonly random: Random) {}

  /** A key that may hold anything: one in ten is of another type than expected. */
  key(type: string): string {
    const kind = this.random.integer(0, 9) === 0 ? this.random.pick([..."shlezxgbp"]) : type;
    return `${kind}${this.random.integer(0, 4)}`;
  }

  get int(): number {
    return this.random.pick([0, 1, 2, 3, 5, -1, -2, 100, this.random.integer(-1000, 1000)]);
  }

  get word(): string {
    return this.random.pick([
      "a",
      "b",
      "c",
      "foo",
      "10",
      "-3",
      "3.5",
      "x".repeat(this.random.integer(1, 40)),
    ]);
  }

  get score(): string {
    return this.random.pick(["1", "2.5", "-7", "inf", "-inf", "1e10", "0.1", "x"]);
  }

  get id(): string {
    return `${this.random.integer(1, 50)}-${this.random.integer(0, 3)}`;
  }

  get place(): string {
    return `${this.random.integer(-1800, 1800) / 10} ${this.random.integer(-850, 850) / 10} ${this.word}`;
  }

  one(...choices: string[]): string {
    return this.random.pick(choices);
  }

  many(make: () => unknown): string {
    return Array.from({ length: this.random.integer(1, 4) }, make).join(" ");
  }
}

const STRINGS: Make[] = [
  (d) => `SET ${d.key("s")} ${d.word} ${d.one("", "", "NX", "XX", "GET", "KEEPTTL", "EX", "EX 0", "NX XX")}`,
  (d) => `GET ${d.key("s")}`,
  (d) => `MGET ${d.many(() => d.key("s"))}`,
  (d) => `MSET ${d.many(() => `${d.key("s")} ${d.word}`)}`,
  (d) => `MSETNX ${d.many(() => `${d.key("s")} ${d.word}`)}`,
  (d) => `APPEND ${d.key("s")} ${d.word}`,
  (d) => `${d.one("INCR", "DECR")} ${d.key("s")}`,
  (d) => `${d.one("INCRBY", "DECRBY", "INCRBYFLOAT")} ${d.key("s")} ${d.score}`,
  (d) => `${d.one("STRLEN", "GETDEL", "TYPE", "PERSIST", "EXPIRETIME")} ${d.key("s")}`,
  (d) => `GETRANGE ${d.key("s")} ${d.int} ${d.int}`,
  (d) => `SETRANGE ${d.key("s")} ${d.int} ${d.word}`,
  (d) => `GETEX ${d.key("s")} ${d.one("", "PERSIST", "EXAT 33177117420", "EX")}`,
  (d) => `LCS ${d.key("s")} ${d.key("s")} ${d.one("", "LEN", "IDX", "IDX WITHMATCHLEN")}`,
  (d) => `EXPIREAT ${d.key("s")} 33177117420 ${d.one("", "NX", "GT", "XX")}`,
  (d) => `${d.one("DEL", "EXISTS", "UNLINK", "TOUCH")} ${d.many(() => d.key("s"))}`,
  (d) => `${d.one("RENAME", "RENAMENX", "COPY")} ${d.key("s")} ${d.key("s")}`,
  (d) => `OBJECT ENCODING ${d.key(d.one("s", "l", "h", "z"))}`,
];

const BITS: Make[] = [
  (d) => `SETBIT ${d.key("b")} ${d.int} ${d.one("0", "1", "2")}`,
  (d) => `GETBIT ${d.key("b")} ${d.int}`,
  (d) => `BITCOUNT ${d.key("b")} ${d.one("", "0 -1", "0 5 BIT", "1")}`,
  (d) => `BITPOS ${d.key("b")} ${d.one("0", "1")} ${d.one("", "1", "0 -1 BIT")}`,
  (d) => `BITOP ${d.one("AND", "OR", "XOR", "NOT")} ${d.key("b")} ${d.many(() => d.key("b"))}`,
  (d) => `BITFIELD ${d.key("b")} SET u8 #${d.int} ${d.int} GET i5 3 OVERFLOW FAIL INCRBY u2 100 1`,
  (d) => `PFADD ${d.key("p")} ${d.many(() => d.word)}`,
  (d) => `PFCOUNT ${d.many(() => d.key("p"))}`,
  (d) => `PFMERGE ${d.many(() => d.key("p"))}`,
];

const COLLECTIONS: Make[] = [
  (d) => `${d.one("LPUSH", "RPUSH", "LPUSHX")} ${d.key("l")} ${d.many(() => d.word)}`,
  (d) => `${d.one("LPOP", "RPOP")} ${d.key("l")} ${d.one("", "0", "2", "-1")}`,
  (d) => `LRANGE ${d.key("l")} ${d.int} ${d.int}`,
  (d) => `LPOS ${d.key("l")} ${d.word} ${d.one("", "COUNT 0", "RANK -1", "RANK 0")}`,
  (d) => `LINSERT ${d.key("l")} ${d.one("BEFORE", "AFTER", "AT")} ${d.word} ${d.word}`,
  (d) => `LMOVE ${d.key("l")} ${d.key("l")} ${d.one("LEFT", "RIGHT")} ${d.one("LEFT", "RIGHT")}`,
  (d) => `${d.one("LINDEX", "LREM", "LSET", "LTRIM")} ${d.key("l")} ${d.int} ${d.word}`,
  (d) => `LMPOP ${d.one("1", "2")} ${d.key("l")} ${d.one("LEFT", "RIGHT COUNT 2")}`,
  (d) => `SORT ${d.key(d.one("l", "e"))} ${d.one("", "ALPHA", "DESC", "LIMIT 0 2", "ALPHA DESC")}`,
  (d) => `HSET ${d.key("h")} ${d.many(() => `${d.word} ${d.word}`)}`,
  (d) => `${d.one("HGETALL", "HKEYS", "HVALS", "HLEN")} ${d.key("h")}`,
  (d) => `${d.one("HGET", "HEXISTS", "HSTRLEN", "HDEL", "HMGET")} ${d.key("h")} ${d.word}`,
  (d) => `${d.one("HINCRBY", "HINCRBYFLOAT")} ${d.key("h")} ${d.word} ${d.score}`,
  (d) => `HSCAN ${d.key("h")} 0 COUNT 100`,
  (d) => `SADD ${d.key("e")} ${d.many(() => d.int)}`,
  (d) => `${d.one("SISMEMBER", "SREM", "SMISMEMBER")} ${d.key("e")} ${d.int}`,
  (d) => `${d.one("SMEMBERS", "SCARD")} ${d.key("e")}`,
  (d) => `${d.one("SINTER", "SUNION", "SDIFF")} ${d.many(() => d.key("e"))}`,
  (d) => `${d.one("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE")} ${d.key("e")} ${d.many(() => d.key("e"))}`,
  (d) => `SINTERCARD ${d.one("1", "2", "x", "-1", "0", "9")} ${d.key("e")} ${d.key("e")}`,
  (d) => `SMOVE ${d.key("e")} ${d.key("e")} ${d.int}`,
];

const SORTED: Make[] = [
  (d) => `ZADD ${d.key("z")} ${d.one("", "NX", "XX CH", "GT", "NX GT", "INCR")} ${d.score} ${d.word}`,
  (d) => `ZADD ${d.key("z")} ${d.many(() => `${d.int} ${d.word}`)}`,
  (d) => `ZRANGE ${d.key("z")} 0 -1 ${d.one("", "WITHSCORES", "REV WITHSCORES", "BYSCORE", "LIMIT 0 1")}`,
  (d) => `${d.one("ZRANGEBYSCORE", "ZCOUNT")} ${d.key("z")} ${d.one("-inf", "(1", "x")} +inf`,
  (d) => `${d.one("ZSCORE", "ZRANK", "ZREVRANK", "ZREM", "ZMSCORE")} ${d.key("z")} ${d.word}`,
  (d) => `ZINCRBY ${d.key("z")} ${d.score} ${d.word}`,
  (d) => `${d.one("ZPOPMIN", "ZPOPMAX")} ${d.key("z")} ${d.one("", "0", "2", "-1")}`,
  (d) =>
    `${d.one("ZUNION", "ZINTER", "ZDIFF")} ${d.one("2", "2", "2", "0", "-1", "9", "x")} ${d.key("z")} ${
      d.key("z")
    } ${d.one("", "WITHSCORES")}`,
  (d) => `ZRANGESTORE ${d.key("z")} ${d.key("z")} 0 ${d.int}`,
  (d) =>
    `${d.one("ZMPOP", "LMPOP")} ${d.one("1", "1", "x", "-1", "9")} ${d.key("z")} ${
      d.one("MIN", "MAX COUNT 2")
    }`,
  (d) => `ZLEXCOUNT ${d.key("z")} - +`,
  (d) => `GEOADD ${d.key("g")} ${d.place}`,
  (d) => `${d.one("GEOPOS", "GEOHASH")} ${d.key("g")} ${d.many(() => d.word)}`,
  (d) => `GEODIST ${d.key("g")} ${d.word} ${d.word} ${d.one("", "km", "x")}`,
  (d) =>
    `GEOSEARCH ${d.key("g")} FROMLONLAT 0 0 BYRADIUS 9000 km ASC ${d.one("", "WITHCOORD WITHDIST WITHHASH")}`,
];

const STREAMS: Make[] = [
  (d) => `XADD ${d.key("x")} ${d.one("", "NOMKSTREAM", "MAXLEN 10")} ${d.id} ${d.word} ${d.word}`,
  (d) =>
    `${d.one("XRANGE", "XREVRANGE")} ${d.key("x")} ${d.one("- +", "+ -", "5 (9-1")} ${d.one("", "COUNT 2")}`,
  (d) => `XREAD ${d.one("", "COUNT 1")} STREAMS ${d.key("x")} ${d.key("x")} 0 ${d.id}`,
  (d) => `XLEN ${d.key("x")}`,
  (d) => `XDEL ${d.key("x")} ${d.id}`,
  (d) => `XGROUP CREATE ${d.key("x")} ${d.one("g1", "g2")} ${d.one("0", "$ MKSTREAM", "$")}`,
  (d) => `XREADGROUP GROUP ${d.one("g1", "g2")} me STREAMS ${d.key("x")} ${d.one(">", "0")}`,
  (d) => `XACK ${d.key("x")} ${d.one("g1", "g2")} ${d.id}`,
  (d) => `XPENDING ${d.key("x")} ${d.one("g1", "g2")}`,
  (d) => `XINFO ${d.one("STREAM", "GROUPS")} ${d.key("x")}`,
  (d) => `XTRIM ${d.key("x")} MAXLEN ${d.int}`,
];

/** Every type that a script can give, as both versions of the protocol have it. */
const SCRIPTS = [
  "return {1, 2.9, 'a', false, true, {}, {ok='fine'}, {1, {2, {3}}}}",
  "return {err='ERR made up'}",
  "return {ok='fine'}",
  "return redis.call('HGETALL', KEYS[1])",
  "return redis.pcall('INCR', KEYS[1])",
  "return redis.call('NOSUCH')",
  "redis.setresp(3); return {map={a=1}}",
  "redis.setresp(3); return {set={[ARGV[1]]=true}}",
  "redis.setresp(3); return {{double=1.5}, {big_number='12345678901234567890'}, true, false, redis.call('GET', 'no')}",
  "redis.setresp(3); return {verbatim_string={format='txt', string=ARGV[1]}}",
  "redis.setresp(3); return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')",
  "return redis.call('SET', KEYS[1], ARGV[1])",
  "error('thrown')",
  "syntax error",
  "return cjson.encode({ARGV[1]})",
];

const OTHERS: Make[] = [
  (d) => `SELECT ${d.one("0", "0", "1", "2", "16", "-1", "x", "99999999999")}`,
  (d) => `PING ${d.one("", d.word)}`,
  (d) => `ECHO ${d.word}`,
  (d) => `CLIENT SETNAME ${d.word}`,
  () => "CLIENT GETNAME",
  (d) =>
    `COMMAND ${d.one("GETKEYS", "GETKEYSANDFLAGS")} ${
      d.one("GET a", "MSET a b", "ZUNION 2 a b", "PING", "NOSUCH")
    }`,
  (d) => `CLIENT ${d.one("TRACKINGINFO", "GETREDIR", "CACHING YES", "TRACKING OFF", "TRACKING OFF NO")}`,
  () => "ACL WHOAMI",
  () => "ACL USERS",
  () => "AUTH wrong",
  (d) => `HELLO ${d.one("x", "4", "3 NO", "2 AUTH a", "3 SETNAME")}`,
  (d) => `${d.one("GET", "SET a", "HSET a b", "PING a b", "ECHO", "SELECT", "CLIENT", "ZADD z 1", "XADD x")}`,
  (d) => d.one("EXEC", "DISCARD"),
];

/** Commands that wait, for a moment or for what is there already. */
const WAITING: Make[] = [
  (d) => `${d.one("BLPOP", "BRPOP")} ${d.many(() => d.key("l"))} ${d.one("0.001", "0.001", "x", "-1")}`,
  (d) => `BLMOVE ${d.key("l")} ${d.key("l")} LEFT ${d.one("RIGHT", "LEFT", "UP")} 0.001`,
  (d) => `BRPOPLPUSH ${d.key("l")} ${d.key("l")} 0.001`,
  (d) => `BLMPOP 0.001 ${d.one("1", "2", "x")} ${d.key("l")} ${d.one("LEFT", "RIGHT COUNT 2")}`,
  (d) => `${d.one("BZPOPMIN", "BZPOPMAX")} ${d.key("z")} ${d.key("z")} 0.001`,
  (d) => `BZMPOP 0.001 1 ${d.key("z")} ${d.one("MIN", "MAX COUNT 2")}`,
  (d) => `XREAD BLOCK ${d.one("1", "-1", "x")} STREAMS ${d.key("x")} ${d.one("$", "0")}`,
  (d) => `XREADGROUP GROUP g1 me BLOCK 1 STREAMS ${d.key("x")} >`,
];

/**
 * What depends on chance, on the clock, or on the order of a hash table; and functions that are not there with keys that
 * can't be told: of two faults the proxy names the other.
 */
const UNCERTAIN =
  /random|rand|spop|idletime|freq|usage|ttl|expire|hscan|sscan|zscan|xadd|xautoclaim|xclaim|xpending|fcall|refcount|dump|consumers|setex/;

/** The names of all commands that a server, of Redis 7.0 at least, answers by its data alone. */
const NAMES = ALL_COMMANDS.filter(({ name, group, since, handling, flags, subcommands }) =>
  group !== "set" && /^(forward|split)/.test(handling) && compareVersions(since, "7.0.0") <= 0 &&
  subcommands.length === 0 &&
  !UNCERTAIN.test(name) &&
  !["admin", "blocking"].some((flag) => flags.includes(flag))
).map(({ name }) => name.replace("|", " "));

/** Any command with anything behind it. */
const ANYTHING: Make[] = [
  (d) => `${d.random.pick(NAMES)} ${d.one("", d.many(() => d.one(d.word, d.key(d.one(..."shlezx")), "1")))}`,
];

const DATA = [STRINGS, BITS, COLLECTIONS, SORTED, STREAMS, ANYTHING];
const GROUPS = [...DATA, OTHERS];

/** One random command, or several that belong together. */
export function randomCommands(random: Random): Argument[][] {
  const draw = new Draw(random);
  const chance = random.integer(0, 99);
  if (chance < 6) return randomTransaction(draw);
  if (chance < 8) return [["CLIENT", "REPLY", "SKIP"], randomCommand(draw, GROUPS)];
  if (chance < 10) return [["CLIENT", "REPLY", "OFF"], ...someData(draw), ["CLIENT", "REPLY", "ON"]];
  if (chance < 12) {
    const channels = ["a", "b", "c"].slice(0, random.integer(1, 3));
    const [subscribe, unsubscribe] = random.pick([["SUBSCRIBE", "UNSUBSCRIBE"], [
      "PSUBSCRIBE",
      "PUNSUBSCRIBE",
    ]]);
    return [
      [subscribe!, ...channels],
      random.pick([["PING"], ["GET"], ["PING", "x"], ["PUBLISH", "d", "x"]]),
      [unsubscribe!, ...channels],
    ];
  }
  // A server notices only now and then that a wait is over.
  if (chance === 12 && random.next() < 0.2) return [randomCommand(draw, [WAITING])];
  return [randomCommand(draw, GROUPS)];
}

function randomTransaction(draw: Draw): Argument[][] {
  const { random } = draw;
  const watch = random.pick([[], [], [["WATCH", draw.key("s")]], [["WATCH", draw.key("s")], ["UNWATCH"]]]);
  const inside = random.pick([[], [], [], [["MULTI"]], [["WATCH", "s1"]], [["NOSUCH"]], [["PING"], [
    "ECHO",
    "x",
  ]]]);
  return [...watch, ["MULTI"], ...someData(draw), ...inside, [random.pick(["EXEC", "EXEC", "DISCARD"])]];
}

function someData(draw: Draw): Argument[][] {
  return Array.from({ length: draw.random.integer(0, 5) }, () => randomCommand(draw, DATA));
}

function randomCommand(draw: Draw, groups: readonly Make[][]): Argument[] {
  const { random } = draw;
  if (random.integer(0, 9) === 0) {
    return ["EVAL", random.pick(SCRIPTS), "1", draw.key(random.pick([..."shzl"])), draw.word];
  }
  return random.pick(random.pick(groups))(draw).split(" ").filter((word) => word !== "");
}
