import { describe, expect, test } from "bun:test";
import type { Command } from "../../../../src/protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import {
  BAD_NUMKEYS,
  KeyFinder,
  NEGATIVE_NUMKEYS,
  TOO_FEW_ARGUMENTS,
  TOO_MANY_NUMKEYS,
} from "../../../../src/protocol/redis/key_finder.ts";
import { textArguments } from "./text_arguments.ts";

/** The argument indexes of the keys, or the constant. */
function find(request: string, finder = new KeyFinder()): number[] | number {
  const words = request.split(" ");
  const count = finder.findKeys(commandOf(words), textArguments(...words));
  return count < 0 ? count : [...finder.keys.subarray(0, count)];
}

function commandOf([first, second]: readonly string[]): Command {
  const byName = (name: string) => ALL_COMMANDS.find((command) => command.name === name);
  return byName(`${first}|${second}`.toLowerCase()) ?? byName(first!.toLowerCase())!;
}

describe("KeyFinder.findKeys finds the keys when", () => {
  const cases: [request: string, keys: number[]][] = [
    ["GET k", [1]],
    ["SET k v EX 10", [1]],
    ["PING hello", []],
    ["MGET a b c", [1, 2, 3]],
    ["MSET a 1 b 2", [1, 3]],
    ["MSET a 1 b", [1, 3]],
    ["MSETEX 2 a 1 b 2 EX 10", [2, 4]],
    ["RENAME a b", [1, 2]],
    ["LCS a b LEN", [1, 2]],
    ["BITOP AND d a b", [2, 3, 4]],
    ["BLPOP a b 0", [1, 2]],
    ["PFMERGE d", [1]],
    ["PFMERGE d a b", [1, 2, 3]],
    ["OBJECT ENCODING k", [2]],
    ["XGROUP CREATE k g $", [2]],
    ["XINFO STREAM k FULL", [2]],
    ["MEMORY USAGE k SAMPLES 5", [2]],
    ["EVAL script 0", []],
    ["EVAL script 0 arg arg", []],
    ["EVAL script 2 a b arg", [3, 4]],
    ["EVALSHA_RO sha 1 a", [3]],
    ["FCALL f 1 a", [3]],
    ["ZUNION 2 a b WEIGHTS 1 2", [2, 3]],
    ["ZUNIONSTORE d 2 a b WEIGHTS 1 2", [1, 3, 4]],
    ["SINTERCARD 1 a LIMIT 5", [2]],
    ["LMPOP 2 a b LEFT", [2, 3]],
    ["BZMPOP 0 1 a MIN", [3]],
    ["XREAD COUNT 5 STREAMS a b 0 0", [4, 5]],
    ["XREAD streams a 0", [2]],
    ["XREAD COUNT 5 STREAMS a b 0", [4]],
    ["XREAD COUNT 5 BLOCK STREAMS", []],
    ["XREADGROUP GROUP g streams STREAMS a b > >", [5, 6]],
    ["GEORADIUS k 1 2 3 km", [1]],
    ["GEORADIUS k 1 2 3 km store d STOREDIST e", [1, 7, 9]],
    ["GEORADIUSBYMEMBER k STORE 3 km STORE STORE", [1, 6]],
    ["GEOSEARCHSTORE d k FROMMEMBER m BYRADIUS 1 km", [1, 2]],
    ["SORT k", [1]],
    ["SORT k STORE d", [1, 3]],
    ["SORT k BY store GET STORE LIMIT 0 store DESC STORE d", [1, 11]],
    ["SORT k STORE a STORE b", [1, 5]],
    ["SORT k STORE store DESC", [1, 3]],
    ["SORT k BY w_* GET o_*", [1]],
    ["SORT k STORE", [1]],
    ["SPUBLISH channel message", []],
    ["MIGRATE h 1 k 0 1", [3]],
    ["MIGRATE h 1 k 0 1 REPLACE KEYS a b", [3, 8, 9]],
  ];
  test.each(cases)("the request is %s", (request, keys) => {
    expect(find(request)).toEqual(keys);
  });
});

describe("KeyFinder.findKeys answers a constant when the number of keys is wrong:", () => {
  const cases: [request: string, constant: number][] = [
    ["EVAL script x", BAD_NUMKEYS],
    ["EVAL script 1.5 a", BAD_NUMKEYS],
    ["EVAL script +1 a", BAD_NUMKEYS],
    ["EVAL script 01 a", BAD_NUMKEYS],
    ["EVAL script -0 a", BAD_NUMKEYS],
    ["EVAL script - a", BAD_NUMKEYS],
    ["EVAL script 1x a", BAD_NUMKEYS],
    ["EVAL script 99999999999999999999 a", BAD_NUMKEYS],
    ["EVAL script -99999999999999999999 a", BAD_NUMKEYS],
    ["EVAL script -1 a", NEGATIVE_NUMKEYS],
    ["EVAL script 2 a", TOO_MANY_NUMKEYS],
    ["EVAL script 1", TOO_MANY_NUMKEYS],
    ["EVAL script 4294967297 a", TOO_MANY_NUMKEYS],
    ["EVAL script 9007199254740993 a", TOO_MANY_NUMKEYS],
    ["ZUNIONSTORE d 3 a b", TOO_MANY_NUMKEYS],
    ["MSETEX 3 a 1 b 2", TOO_MANY_NUMKEYS],
    ["EVAL script", TOO_FEW_ARGUMENTS],
    ["RENAME a", TOO_FEW_ARGUMENTS],
    ["LCS a", TOO_FEW_ARGUMENTS],
  ];
  test.each(cases)("%s", (request, constant) => {
    expect(find(request)).toBe(constant);
  });
  test("EVAL script and an empty number", () => {
    const finder = new KeyFinder();
    expect(finder.findKeys(commandOf(["eval"]), textArguments("EVAL", "script", "", "a"))).toBe(BAD_NUMKEYS);
  });
});

test("KeyFinder.findKeys grows its array when there are more keys than ever before, and keeps the earlier ones", () => {
  const finder = new KeyFinder();
  const names = Array.from({ length: 1000 }, (_, i) => `k${i}`);
  expect(find(`MGET ${names.join(" ")}`, finder)).toEqual(names.map((_, i) => i + 1));
  const sources = names.map((_, i) => i + 3);
  expect(find(`ZUNIONSTORE d 1000 ${names.join(" ")}`)).toEqual([1, ...sources]);
  const grown = finder.keys;
  expect(find(`ZUNIONSTORE d 3 a b c`, finder)).toEqual([1, 3, 4, 5]);
  expect(finder.keys).toBe(grown);
});

test("KeyFinder.findKeysOf finds the keys of one specification when a command has several", () => {
  const finder = new KeyFinder();
  const command = commandOf(["zunionstore"]);
  const args = textArguments("ZUNIONSTORE", "d", "2", "a", "b");
  expect(finder.findKeysOf(command.keys[1]!, args)).toBe(2);
  expect([...finder.keys.subarray(0, 2)]).toEqual([3, 4]);
});
