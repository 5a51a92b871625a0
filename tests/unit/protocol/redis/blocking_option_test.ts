import { describe, expect, test } from "bun:test";
import { asksToBlock } from "../../../../src/protocol/redis/blocking_option.ts";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { textArguments } from "./text_arguments.ts";

function asks(request: string): boolean {
  const words = request.split(" ");
  const command = ALL_COMMANDS.find(({ name }) => name === words[0]!.toLowerCase())!;
  return asksToBlock(command, textArguments(...words));
}

describe("asksToBlock is true when BLOCK is an option:", () => {
  const requests = [
    "XREAD BLOCK 0 STREAMS k $",
    "XREAD COUNT 5 block 100 STREAMS k $",
    "XREADGROUP GROUP g c BLOCK 0 STREAMS k >",
    "XREADGROUP BLOCK 0 GROUP g c STREAMS k >",
    "XREADGROUP COUNT 2 NOACK GROUP block block Block 0 STREAMS k >",
    "XREAD BLOCK",
  ];
  test.each(requests)("%s", (request) => expect(asks(request)).toBeTrue());
});

describe("asksToBlock is false when BLOCK is a name or not there:", () => {
  const requests = [
    "XREAD STREAMS k $",
    "XREAD COUNT 5 STREAMS block BLOCK 0 0",
    "XREADGROUP GROUP block BLOCK COUNT 5 STREAMS block >",
    "GET block",
    "SET k block",
  ];
  test.each(requests)("%s", (request) => expect(asks(request)).toBeFalse());
});
