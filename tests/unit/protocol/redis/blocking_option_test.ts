import { describe, expect, test } from "bun:test";
import { NEVER_WAITS, waitOf } from "../../../../src/protocol/redis/blocking_option.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { textArguments } from "./text_arguments.ts";

function wait(request: string): number {
  const words = request.split(" ");
  const command = ALL_COMMANDS.find(({ name }) => name === words[0]!.toLowerCase())!;
  return waitOf(command, textArguments(...words));
}

describe("waitOf is how long a request may wait:", () => {
  const requests: readonly [string, number][] = [
    ["XREAD BLOCK 0 STREAMS k $", Infinity],
    ["XREAD COUNT 5 block 100 STREAMS k $", 100],
    ["XREADGROUP GROUP g c BLOCK 7 STREAMS k >", 7],
    ["XREADGROUP BLOCK 0 GROUP g c STREAMS k >", Infinity],
    ["XREADGROUP COUNT 2 NOACK GROUP block block Block 3 STREAMS k >", 3],
    ["BLPOP a b 0", Infinity],
    ["BRPOP a 0.25", 250],
    ["BLMOVE a b LEFT LEFT 2", 2000],
    ["BRPOPLPUSH a b 1", 1000],
    ["BLMPOP 0.5 2 a b LEFT", 500],
    ["BZMPOP 0 1 a MIN", Infinity],
    ["BZPOPMIN a 1e1", 10_000],
    ["BZPOPMAX a 0.0", Infinity],
    // The server says what is wrong.
    ["BLPOP a soon", 0],
    ["BLPOP a -1", 0],
    ["XREAD BLOCK x STREAMS k $", 0],
  ];
  test.each(requests)("%s", (request, expected) => expect(wait(request)).toBe(expected));
});

describe("waitOf is none when BLOCK is a name or not there:", () => {
  const requests = [
    "XREAD STREAMS k $",
    "XREAD COUNT 5 STREAMS block BLOCK 0 0",
    "XREADGROUP GROUP block BLOCK COUNT 5 STREAMS block >",
    "GET block",
    "SET k block",
  ];
  test.each(requests)("%s", (request) => expect(wait(request)).toBe(NEVER_WAITS));
});
