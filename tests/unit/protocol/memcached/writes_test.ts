import { expect, test } from "bun:test";
import { COMMANDS } from "../../../../src/protocol/memcached/command_table.ts";
import { mayWrite } from "../../../../src/protocol/memcached/writes.ts";
import { textArguments } from "../redis/text_arguments.ts";

function writes(line: string): boolean {
  const words = line.split(" ");
  return mayWrite(COMMANDS.find(({ name }) => name === words[0])!, textArguments(...words));
}

test("what stores, deletes, counts, touches or flushes writes, and nothing else does", () => {
  const reading = COMMANDS.filter(({ name }) => !writes(`${name} key 10`)).map(({ name }) => name);
  expect(reading).toEqual([
    ...["get", "gets", "verbosity", "mg", "me", "mn", "version", "stats", "quit", "shutdown"],
  ]);
});

test("mg writes when a flag has it make, touch or win an item", () => {
  for (const flags of ["", " v t f s c k", " b O1 q h l"]) {
    expect([flags, writes(`mg key${flags}`)]).toEqual([flags, false]);
  }
  for (const flag of ["N30", "T0", "R30"]) expect([flag, writes(`mg key v ${flag}`)]).toEqual([flag, true]);
  // A key is no flag.
  expect(writes("mg N30 v")).toBeFalse();
});
