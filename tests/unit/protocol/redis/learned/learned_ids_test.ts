import { expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../../../../src/protocol/redis/command_table.ts";
import {
  COMMAND_IDS,
  commandName,
  idOfLearned,
  isLearned,
} from "../../../../../src/protocol/redis/learned/learned_ids.ts";

test("commandName is the name when the id is a command's, and empty when it is none", () => {
  for (const { id, name } of ALL_COMMANDS) expect(commandName(id)).toBe(name);
  expect([commandName(-1), commandName(COMMAND_IDS)]).toEqual(["", ""]);
});

test("idOfLearned gives a name one number for good, behind those of the table", () => {
  const id = idOfLearned("ids.one");
  expect(id).toBeGreaterThanOrEqual(ALL_COMMANDS.length);
  expect([isLearned(id), isLearned(ALL_COMMANDS.length - 1)]).toEqual([true, false]);
  expect(idOfLearned("ids.two")).not.toBe(id);
  expect([idOfLearned("ids.one"), commandName(id)]).toEqual([id, "ids.one"]);
});
