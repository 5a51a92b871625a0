/**
 * memcached's text commands, over the same keys as Redis's: an item is a string, with the client's flags beside it.
 * A key of another type is a miss to those who read, and is replaced by those who store.
 * Source: memcached's protocol.txt, and the answers of memcached 1.6.18.
 */
import { isUint64 } from "../../protocol/memcached/number_word.ts";
import { VERSION } from "../../version.ts";
import { type Entry, NEVER, STRING } from "../data/entry.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { Failure } from "../failure.ts";
import { MAX_BULK_BYTES } from "../limits.ts";
import type { ReplyBuffer } from "../reply_buffer.ts";

/** What a command has to work with. */
interface MemcachedCall {
  readonly keyspace: Keyspace;
  readonly words: readonly Buffer[];
  readonly block: Buffer;
  readonly reply: ReplyBuffer;
  /** Ends the connection. */
  readonly end: () => void;
}

type Serve = (call: MemcachedCall) => void | Promise<void>;

/** Up to here a time counts from now; seconds. */
const LONGEST_RELATIVE = 60 * 60 * 24 * 30;
const LARGEST = 2n ** 64n;
const MOST_DIGITS = 20;
const BAD_LINE = "CLIENT_ERROR bad command line format";
const BAD_TIME = "CLIENT_ERROR invalid exptime argument";
const TOO_LARGE = "SERVER_ERROR object too large for cache";

const WHOLE = /^-?\d{1,18}$/;

/** The item, or null. */
async function itemOf(keyspace: Keyspace, name: Buffer): Promise<Entry | null> {
  const entry = await keyspace.find(name);
  return entry?.type === STRING ? entry : null;
}

/** When an item with this time expires; milliseconds since 1970. */
function expiresAt(word: Buffer, now: number): number {
  const seconds = Number(BigInt.asIntN(32, BigInt(word.toString("latin1"))));
  if (seconds === 0) return NEVER;
  if (seconds < 0) return 0;
  return seconds > LONGEST_RELATIVE ? seconds * 1000 : now + seconds * 1000;
}

function timeAt({ words, keyspace }: MemcachedCall, index: number): number {
  const word = words[index]!;
  if (!WHOLE.test(word.toString("latin1"))) throw new Failure(BAD_TIME);
  return expiresAt(word, keyspace.now);
}

/** Keeps an item until then; one whose time is over is gone. */
function expire(keyspace: Keyspace, entry: Entry, expires: number): void {
  entry.expires = expires;
  if (expires <= keyspace.now) keyspace.remove(entry);
  else keyspace.changed(entry);
}

/** `get`, and with tokens `gets`. */
function get(hasTokens: boolean): Serve {
  return async (call) => {
    const names = call.words.slice(1);
    await call.keyspace.prefetch(names);
    for (const name of names) await writeItem(call, name, hasTokens);
    call.reply.text("END\r\n");
  };
}

/** `gat` and `gats`: the time, then keys. */
function touchAndGet(hasTokens: boolean): Serve {
  return async (call) => {
    const expires = timeAt(call, 1);
    for (const name of call.words.slice(2)) {
      const entry = await writeItem(call, name, hasTokens);
      if (entry !== null) expire(call.keyspace, entry, expires);
    }
    call.reply.text("END\r\n");
  };
}

async function writeItem(
  { keyspace, reply }: MemcachedCall,
  name: Buffer,
  hasToken: boolean,
): Promise<Entry | null> {
  const entry = await itemOf(keyspace, name);
  if (entry === null) return null;
  const value = await keyspace.valueOf(entry);
  const token = hasToken ? ` ${entry.version}` : "";
  reply.text(`VALUE ${name.toString("latin1")} ${entry.flags} ${value.length}${token}\r\n`);
  reply.bytes(value);
  reply.text("\r\n");
  return entry;
}

/** A storage command: it stores if what is there lets it, else that is the reply. */
function store(refusal: (entry: Entry | null, call: MemcachedCall) => string): Serve {
  return async (call) => {
    const { keyspace, words, block, reply } = call;
    const refused = refusal(await keyspace.find(words[1]!), call);
    if (refused === "") {
      const flags = Number(words[2]!.toString("latin1"));
      const expires = expiresAt(words[3]!, keyspace.now);
      await keyspace.setString(words[1]!, block, { flags, expires });
    }
    reply.text(refused || "STORED\r\n");
  };
}

function isToken({ version }: Entry, word: Buffer): boolean {
  return BigInt(word.toString("latin1")) === BigInt(version);
}

/** `append` and `prepend`. */
function extend(isBehind: boolean): Serve {
  return async ({ keyspace, words, block, reply }) => {
    const entry = await itemOf(keyspace, words[1]!);
    if (entry === null) {
      reply.text("NOT_STORED\r\n");
      return;
    }
    if (entry.size + block.length > MAX_BULK_BYTES) throw new Failure(TOO_LARGE);
    const old = await keyspace.valueOf(entry);
    keyspace.setValue(entry, Buffer.concat(isBehind ? [old, block] : [block, old]));
    reply.text("STORED\r\n");
  };
}

/** `incr` and `decr`: 64 bits without a sign; up it wraps round, down it stops at 0. */
function count(isUp: boolean): Serve {
  return async ({ keyspace, words, reply }) => {
    const by = words[2]!;
    if (!isUint64(by, 0, by.length)) throw new Failure("CLIENT_ERROR invalid numeric delta argument");
    const entry = await itemOf(keyspace, words[1]!);
    if (entry === null) {
      reply.text("NOT_FOUND\r\n");
      return;
    }
    const old = (await keyspace.valueOf(entry)).toString("latin1");
    const number = numberIn(old);
    const delta = BigInt(by.toString("latin1"));
    const sum = isUp ? (number + delta) % LARGEST : number > delta ? number - delta : 0n;
    // Digits are changed in their place, so that a number that gets shorter leaves blanks behind it.
    keyspace.setValue(entry, Buffer.from(String(sum).padEnd(old.length), "latin1"));
    reply.text(`${sum}\r\n`);
  };
}

function numberIn(text: string): bigint {
  const value = text.length <= MOST_DIGITS && /^\d+\s*$/.test(text) ? BigInt(text.trim()) : LARGEST;
  if (value >= LARGEST) {
    throw new Failure("CLIENT_ERROR cannot increment or decrement non-numeric value");
  }
  return value;
}

const remove: Serve = async ({ keyspace, words, reply }) => {
  if (words.length > 2 && words[2]!.toString("latin1") !== "0") {
    throw new Failure(`${BAD_LINE}.  Usage: delete <key> [noreply]`);
  }
  const entry = await keyspace.find(words[1]!);
  if (entry !== null) keyspace.remove(entry);
  reply.text(entry === null ? "NOT_FOUND\r\n" : "DELETED\r\n");
};

const touch: Serve = async (call) => {
  const expires = timeAt(call, 2);
  const entry = await itemOf(call.keyspace, call.words[1]!);
  if (entry !== null) expire(call.keyspace, entry, expires);
  call.reply.text(entry === null ? "NOT_FOUND\r\n" : "TOUCHED\r\n");
};

const flushAll: Serve = (call) => {
  if (call.words.length > 1 && timeAt(call, 1) > call.keyspace.now && timeAt(call, 1) !== NEVER) {
    throw new Failure("SERVER_ERROR this store forgets at once or not at all");
  }
  call.keyspace.clear();
  call.reply.text("OK\r\n");
};

const verbosity: Serve = ({ words, reply }) => {
  if (!/^\d+$/.test(words[1]?.toString("latin1") ?? "0")) throw new Failure(BAD_LINE);
  reply.text("OK\r\n");
};

const stats: Serve = ({ keyspace, reply }) => {
  const facts = {
    pid: process.pid,
    time: Math.floor(keyspace.now / 1000),
    version: VERSION,
    curr_items: keyspace.totals.keyCount,
  };
  for (const [name, value] of Object.entries(facts)) reply.text(`STAT ${name} ${value}\r\n`);
  reply.text("END\r\n");
};

/** What is served, by name. */
export const MEMCACHED_COMMANDS: Readonly<Record<string, Serve>> = {
  get: get(false),
  gets: get(true),
  gat: touchAndGet(false),
  gats: touchAndGet(true),
  set: store(() => ""),
  add: store((entry) => entry === null ? "" : "NOT_STORED\r\n"),
  replace: store((entry) => entry === null ? "NOT_STORED\r\n" : ""),
  cas: store((entry, { words }) =>
    entry === null ? "NOT_FOUND\r\n" : isToken(entry, words[5]!) ? "" : "EXISTS\r\n"
  ),
  append: extend(true),
  prepend: extend(false),
  delete: remove,
  incr: count(true),
  decr: count(false),
  touch,
  flush_all: flushAll,
  verbosity,
  stats,
  version: ({ reply }) => reply.text(`VERSION ${VERSION}\r\n`),
  mn: ({ reply }) => reply.text("MN\r\n"),
  shutdown: ({ reply }) => reply.text("ERROR: shutdown not enabled\r\n"),
  quit: ({ end }) => end(),
};
