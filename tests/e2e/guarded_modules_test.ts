/** Guard rails about commands that the proxy's table lacks: of a module that real servers load, and declared ones. */
import { describe, expect, test } from "bun:test";
import { infoNumber } from "../support/quiet.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { TestModule } from "../support/test_module.ts";
import { Fleet } from "./fleet.ts";

const READ_ONLY = new RespError("READONLY You can't write against a read only replica.");

function denied(command: string, entry: string): RespError {
  return new RespError(`NOPERM ${command} is on the deny list of pool 'main', as '${entry}'`);
}

function unknown(name: string, args: string): RespError {
  return new RespError(`ERR unknown command '${name}', with args beginning with: ${args}`);
}

describe.skipIf(reasonToSkip("redis-server", "gcc") !== null).each([1, 3])("over %d servers", (shards) => {
  async function start(module: TestModule, options: Record<string, unknown>): Promise<Fleet<RedisServer>> {
    const servers = await RedisServer.startMany(shards, { args: ["--loadmodule", module.path] });
    return await Fleet.start(servers, { options: { hash_tag: "{}", admin_commands: true, ...options } });
  }

  test("a module's commands are denied by name, before and after servers have told of them", async () => {
    using module = new TestModule();
    await using fleet = await start(module, { deny: ["mod.get", "MOD.SEARCH", "mod.later"] });
    using client = await fleet.connect();
    expect(await client.command("MOD.GET", "{k}")).toEqual(denied("MOD.GET", "mod.get"));
    expect(await client.command("MOD.SET", "{k}", "value")).toBe("OK");
    expect(await client.command("MOD.LATER", "{k}")).toEqual(unknown("MOD.LATER", "'{k}' "));
    expect(await client.command("MULTI")).toBe("OK");
    expect(await client.command("mod.get", "{k}")).toEqual(denied("MOD.GET", "mod.get"));
    expect(await client.command("EXEC")).toBeInstanceOf(RespError);
    const [get, set] = await client.command("COMMAND", "INFO", "mod.get", "mod.set") as unknown[];
    expect([get, set === null]).toEqual([null, false]);
    expect(await client.command("COMMAND", "LIST")).not.toContain("mod.get");
    expect(await infoNumber(fleet.proxy, "denied_commands")).toBe(2);
    for (const server of fleet.servers) {
      expect(await server.command("INFO", "commandstats")).not.toMatch(/cmdstat_mod\.get:/);
    }
  });

  test("a module's commands go to servers under their real names, and are hidden", async () => {
    using module = new TestModule();
    const rename = { "mod.set": "put", "mod.get": "mod.set", "mod.count": "" };
    await using fleet = await start(module, { rename });
    using client = await fleet.connect();
    for (let server = 0; server < shards; server++) {
      const key = fleet.keyOn(server);
      expect(await client.command("PUT", key, "value")).toBe("OK");
      expect(await client.command("Mod.Set", key)).toBe("value");
      expect(await fleet.servers[server]!.command("GET", key)).toBe("value");
    }
    expect(await client.command("MOD.GET", "{k}")).toEqual(unknown("MOD.GET", "'{k}' "));
    expect(await client.command("MOD.COUNT", "{k}")).toEqual(unknown("MOD.COUNT", "'{k}' "));
    expect(await client.command("MULTI")).toBe("OK");
    expect(await client.command("put", "{k}", "queued")).toBe("QUEUED");
    expect(await client.command("mod.set", "{k}")).toBe("QUEUED");
    expect(await client.command("EXEC")).toEqual(["OK", "queued"]);
    expect(await client.command("COMMAND", "GETKEYS", "put", "{k}", "v")).toEqual(["{k}"]);
    const infos = await client.command("COMMAND", "INFO", "put", "mod.get", "mod.count") as unknown[][];
    expect([infos[0]![0], ...infos.slice(1)]).toEqual(["put", null, null] as never);
  });

  test("a read-only pool refuses a module's commands that write, and declared ones", async () => {
    using module = new TestModule();
    const commands = { "mod.search": "read 1", "mod.wait": "write 1", "made.up": "write none" };
    await using fleet = await start(module, { read_only: true, commands });
    await fleet.servers[0]!.command("SET", fleet.keyOn(0), "value");
    using client = await fleet.connect();
    expect(await client.command("MOD.GET", fleet.keyOn(0))).toBe("value");
    for (const request of [["MOD.SET", "{k}", "v"], ["mod.wait", "{k}"], ["MADE.UP"]]) {
      expect(await client.command(...request)).toEqual(READ_ONLY);
    }
    expect(await client.command("MOD.SEARCH", fleet.keyOn(0))).not.toEqual(READ_ONLY);
    expect(await infoNumber(fleet.proxy, "refused_writes")).toBe(3);
  });

  test("declared commands without a dot in their names are denied and renamed", async () => {
    using module = new TestModule();
    const commands = { "mod.hidden": "read 1", nodot: "read 1", other: "read 1" };
    await using fleet = await start(module, { commands, deny: ["nodot"], rename: { other: "mine" } });
    using client = await fleet.connect();
    expect(await client.command("NODOT", "k")).toEqual(denied("NODOT", "nodot"));
    expect(await client.command("OTHER", "k")).toEqual(unknown("OTHER", "'k' "));
    // The server, which has no such command, tells what it was sent.
    expect(await client.command("MINE", "k")).toEqual(unknown("other", "'k' "));
  });
});
