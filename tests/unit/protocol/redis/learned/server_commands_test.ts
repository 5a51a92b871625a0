import { expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../../../../src/protocol/redis/command_table.ts";
import {
  beyondTable,
  commandsIn,
  hasCommand,
  namesIn,
  unknownNames,
} from "../../../../../src/protocol/redis/learned/server_commands.ts";
import { Failure } from "../../../../../src/protocol/redis/reply_value.ts";
import { entry, PLAIN, spec } from "./entries.ts";

const table = (name: string) => ALL_COMMANDS.find((command) => command.name === name)!;
const server = (...names: string[]) => ({ fingerprint: "", names: new Set(names), told: [] });

test("unknownNames are those that neither the table has nor a container describes", () => {
  const names = namesIn([
    "GET",
    "json.get",
    "xinfo",
    "xinfo|stream",
    "xinfo|later",
    "hot",
    "hot|keys",
    "a b",
    7,
  ]);
  expect(unknownNames(names)).toEqual(["json.get", "xinfo|later", "hot"]);
});

test("namesIn is empty for what is no list of names", () => {
  expect(namesIn(new Failure("ERR unknown subcommand")).size).toBe(0);
});

test("commandsIn leaves out what is no command, beyondTable what the table has", () => {
  const commands = commandsIn([
    entry("get", 2, "readonly", [spec(PLAIN)]),
    null,
    entry("x.y", 2, "write", [spec(PLAIN)]),
  ]);
  expect(commands.map(({ name }) => name)).toEqual(["get", "x.y"]);
  expect(beyondTable(commands).map(({ name }) => name)).toEqual(["x.y"]);
});

test("hasCommand goes by the names, and by the container's where a server names no subcommands", () => {
  const [config, get] = [table("config|get"), table("get")];
  expect(hasCommand(server("get"), get)).toBe(true);
  expect(hasCommand(server("set"), get)).toBe(false);
  expect(hasCommand(server("config"), config)).toBe(true);
  expect(hasCommand(server("set"), config)).toBe(false);
  expect(hasCommand(server("config", "command|info"), config)).toBe(false);
});
