/**
 * What is read of a server's COMMAND against the command table: of every command that both know, the keys have to be
 * found in the same places, in either version of RESP, as if the table had never heard of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { readReply } from "../../src/protocol/redis/read_reply.ts";
import { commandsIn } from "../../src/protocol/redis/learned/server_commands.ts";
import { standAlike } from "../../src/protocol/redis/learned/told_keys.ts";
import type { ToldCommand } from "../../src/protocol/redis/learned/told_command.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";

const skip = reasonToSkip("redis-server") !== null;

/** Commands some of whose keys the server keeps to itself. */
const HIDDEN = ["migrate", "sort", "sort_ro"];

describe.skipIf(skip).each([2, 3])("COMMAND of the installed server in RESP%d", (version) => {
  let server: RedisServer;
  let told: Map<string, ToldCommand>;

  beforeAll(async () => {
    server = await RedisServer.start();
    using client = await RawClient.connect(server.endpoint);
    await client.command("HELLO", version);
    client.send("COMMAND");
    const commands = commandsIn(readReply(await client.readRawReply())!);
    told = new Map(commands.flatMap((each) => [each, ...each.subcommands]).map((each) => [each.name, each]));
  });
  afterAll(async () => await server[Symbol.asyncDispose]());

  test("tells where keys are as the table has it", () => {
    const compared = ALL_COMMANDS.filter(({ name }) => told.has(name) && !HIDDEN.includes(name));
    expect(compared.length).toBeGreaterThan(300);
    for (const { name, keys } of compared) {
      const { fault, keys: found } = told.get(name)!;
      expect({ name, fault, alike: standAlike(keys, found) }).toEqual({ name, fault: "", alike: true });
    }
  });

  test("is not believed about keys that it hides", () => {
    for (const name of HIDDEN) {
      expect({ name, fault: told.get(name)!.fault }).toEqual({
        name,
        fault: "has keys in places that the server does not tell",
      });
    }
  });

  test("gives flags, arity and categories", () => {
    for (const { name, arity, flags, categories } of ALL_COMMANDS) {
      const each = told.get(name);
      if (each === undefined) continue;
      expect({ name, arity: each.arity, flags: each.flags.toSorted() }).toEqual({
        name,
        arity,
        flags: [...flags],
      });
      expect({ name, categories: each.categories.toSorted() }).toEqual({ name, categories: [...categories] });
    }
  });
});
