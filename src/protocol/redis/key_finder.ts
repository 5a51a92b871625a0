/**
 * Finds the keys of a request, whatever form its command takes: in fixed places, as many as a number says, or
 * behind a keyword. The rules are those of Redis's key specifications, because a key that the proxy overlooks
 * would be served by the wrong server.
 * Source: redis.io, "Command key specifications".
 */
import { type Arguments, isWord } from "../arguments.ts";
import { MINUS, NINE, ZERO } from "./bytes.ts";
import type { Command, KeySpec } from "./command.ts";

/** The number of keys is no integer: "value is not an integer or out of range". */
export const BAD_NUMKEYS = -1;
/** More keys announced than arguments follow: "Number of keys can't be greater than number of args". */
export const TOO_MANY_NUMKEYS = -2;
/** "Number of keys can't be negative". */
export const NEGATIVE_NUMKEYS = -3;
/** An argument that should be a key is not there. Can't happen when the arity was checked before. */
export const TOO_FEW_ARGUMENTS = -4;

/** Finds keys; reused from request to request. */
export class KeyFinder {
  /** Argument indexes of the keys found last, in the order of the key specifications. Grows as needed. */
  keys: Int32Array = new Int32Array(64);

  /**
   * Finds all keys of a request whose arity is right.
   *
   * Shape: the number of keys in `keys`, 0 when the request has none, or one of the negative constants.
   * Cost: no allocation unless there are more keys than ever before.
   */
  findKeys(command: Command, args: Arguments): number {
    if (command.singleKey) {
      this.keys[0] = 1;
      return 1;
    }
    let count = 0;
    for (let i = 0; i < command.keys.length && count >= 0; i++) {
      count = this.#add(command.keys[i]!, args, count);
    }
    return count;
  }

  /** As `findKeys`, for one specification of the command. */
  findKeysOf(spec: KeySpec, args: Arguments): number {
    return this.#add(spec, args, 0);
  }

  #add(spec: KeySpec, args: Arguments, count: number): number {
    if (!spec.isKey || spec.find === "unknown") return count;
    if (spec.find === "sort-store") {
      const store = findSortStore(spec, args);
      return store === 0 ? count : this.#addRange(store, store, 1, count);
    }
    const begin = spec.keyword === "" ? spec.begin : findKeyword(spec, args);
    if (begin === 0) return count;
    if (spec.find === "count") return this.#addCounted(spec, args, begin, count);
    return this.#addSpan(spec, args, begin, count);
  }

  #addSpan(spec: KeySpec, args: Arguments, begin: number, count: number): number {
    if (begin >= args.count && spec.last >= 0) return TOO_FEW_ARGUMENTS;
    let last = begin + spec.last;
    if (spec.last < 0) last += Math.floor((args.count - begin) / Math.max(spec.limit, 1));
    if (last >= args.count) return TOO_FEW_ARGUMENTS;
    return this.#addRange(begin, last, spec.step, count);
  }

  #addCounted(spec: KeySpec, args: Arguments, begin: number, count: number): number {
    if (begin >= args.count) return TOO_FEW_ARGUMENTS;
    const announced = parseCount(args, begin);
    if (announced < 0) return announced;
    const first = begin + spec.first;
    const last = first + (announced - 1) * spec.step;
    if (last >= args.count) return TOO_MANY_NUMKEYS;
    return this.#addRange(first, last, spec.step, count);
  }

  #addRange(first: number, last: number, step: number, count: number): number {
    const needed = count + Math.floor((last - first) / step) + 1;
    if (needed > this.keys.length) this.#grow(needed);
    let found = count;
    for (let i = first; i <= last; i += step) this.keys[found++] = i;
    return found;
  }

  #grow(needed: number): void {
    const keys = new Int32Array(Math.max(needed, this.keys.length * 2));
    keys.set(this.keys);
    this.keys = keys;
  }
}

/** The argument behind the keyword, 0 when the keyword is not there or is the last argument. */
function findKeyword(spec: KeySpec, args: Arguments): number {
  const step = spec.begin < 0 ? -1 : 1;
  const from = spec.begin < 0 ? args.count + spec.begin : spec.begin;
  for (let i = from; i >= 1 && i < args.count - 1; i += step) {
    if (isWord(args, i, spec.keyword)) return i + 1;
  }
  return 0;
}

/** The argument behind the last STORE among SORT's options, 0 when there is none. */
function findSortStore(spec: KeySpec, args: Arguments): number {
  let store = 0;
  for (let i = spec.begin; i < args.count; i++) {
    if (isWord(args, i, spec.keyword) && i + 1 < args.count) store = ++i;
    else i += sortWidth(args, i);
  }
  return store;
}

/** How many arguments the SORT option at `index` takes, which could look like STORE. */
function sortWidth(args: Arguments, index: number): number {
  if (isWord(args, index, "BY") || isWord(args, index, "GET")) return 1;
  return isWord(args, index, "LIMIT") ? 2 : 0;
}

/** The number in argument `index` as Redis reads integers (no plus sign, no leading zeros), or a negative constant. */
function parseCount(args: Arguments, index: number): number {
  const bytes = args.bytesOf(index);
  const end = args.end(index);
  const negative = bytes[args.start(index)] === MINUS;
  const start = args.start(index) + (negative ? 1 : 0);
  if (end <= start || (bytes[start] === ZERO && (negative || end - start > 1))) return BAD_NUMKEYS;
  let value = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < ZERO || byte > NINE) return BAD_NUMKEYS;
    value = value * 10 + byte - ZERO;
  }
  if (value >= 2 ** 63) return BAD_NUMKEYS;
  return negative ? NEGATIVE_NUMKEYS : value;
}
