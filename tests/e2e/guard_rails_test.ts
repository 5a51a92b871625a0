/** Deny lists, renamed commands and read-only pools: what is refused, how, and that nothing of it reaches a server. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import type { Command } from "../../src/protocol/redis/command.ts";
import { eventually } from "../support/eventually.ts";
import { FakeServer } from "../support/fake_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber } from "../support/quiet.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { bulk, simple } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";
import { RedisTwin } from "./redis_twin.ts";
import { reload } from "./reloading.ts";

const skip = reasonToSkip("redis-server") !== null;
const READ_ONLY = "READONLY You can't write against a read only replica.";
const ABORTED = new RespError("EXECABORT Transaction discarded because of previous errors.");
const OPTIONS = { hash_tag: "{}", admin_commands: true };

async function speak(client: RawClient, version: number): Promise<void> {
  if (version === 3) await client.command("HELLO", 3);
}

function unknown(name: string, args = ""): RespError {
  return new RespError(`ERR unknown command '${name}', with args beginning with: ${args}`);
}

describe.skipIf(skip).each([[1, 2], [1, 3], [3, 2], [3, 3]])(
  "over %d servers in RESP%d",
  (shards, version) => {
    test("what is on the deny list is refused with its entry, wherever it stands", async () => {
      const options = { ...OPTIONS, deny: ["GET", "config|set", "@geo", "flushall"] };
      await using fleet = await Fleet.start(await RedisServer.startMany(shards), { options });
      const denied = (command: string, entry: string) =>
        new RespError(`NOPERM ${command} is on the deny list of pool 'main', as '${entry}'`);
      using client = await fleet.connect();
      await speak(client, version);
      client.send("SET", "key", "value");
      client.send("get", "key");
      client.send("GETRANGE", "key", 0, 1);
      client.send("CONFIG", "SET", "hz", 11);
      client.send("GEOADD", "places", 1, 1, "here");
      client.send("FLUSHALL");
      client.send("DBSIZE");
      expect(await client.readReplies(7)).toEqual([
        "OK",
        denied("GET", "get"),
        "va",
        denied("CONFIG SET", "config|set"),
        denied("GEOADD", "@geo"),
        denied("FLUSHALL", "flushall"),
        1,
      ] as never);
      expect(await client.command("MULTI")).toBe("OK");
      expect(await client.command("SET", "key", "never")).toBe("QUEUED");
      expect(await client.command("GET", "key")).toEqual(denied("GET", "get"));
      expect(await client.command("EXEC")).toEqual(ABORTED);
      expect(await client.command("GETRANGE", "key", 0, -1)).toBe("value");
      expect(await client.command("COMMAND", "INFO", "get", "geoadd")).toEqual([null, null]);
      expect(await infoNumber(fleet.proxy, "denied_commands")).toBe(5);
      for (const server of fleet.servers) {
        expect(await server.command("INFO", "commandstats")).not.toMatch(/cmdstat_(get|flushall|geoadd):/);
      }
    });

    test("renamed commands read as with one server that has them renamed", async () => {
      const renames = {
        get: "fetch",
        set: "get",
        keys: "",
        mget: "fetchall",
        config: "cfg",
        blpop: "waitpop",
      };
      const more = { eval: "run", multi: "begin", watch: "look", exec: "commit", del: "set" };
      const rename = { ...renames, ...more };
      const args = Object.entries(rename).flatMap(([name, newName]) => ["--rename-command", name, newName]);
      await using twin = await RedisTwin.start(shards, { args, options: { rename } });
      const random = new Random(`renames ${shards} ${version}`);
      const large = random.bytes(300_000);
      const lives: (string | Uint8Array)[][][] = [
        [["GET", "{a}1", "v"], ["FETCH", "{a}1"], ["Fetch"], ["FETCHALL", "{a}1", "{b}2", "{c}3"], [
          "GET",
          "{a}1",
        ]],
        [["KEYS", "*"], ["CONFIG", "GET", "hz"], ["CFG", "GET", "hz"], ["cfg"], ["CFG", "NOSUCH"], [
          "CFG",
          "GET",
        ]],
        [["GET", "{a}2", large], ["FETCH", "{a}2"], ["SET", "{a}2", "{a}1"], ["FETCH", "{a}2"], [
          "MGET",
          "{a}1",
        ]],
        [["RUN", "return {KEYS[1],ARGV[1]}", "1", "{a}1", "x"], ["EVAL", "return 1", "0"], ["RUN", "x"]],
        [["BEGIN"], ["GET", "{a}1", "w"], ["FETCH", "{a}1"], ["KEYS", "*"], ["COMMIT"], ["MULTI"], ["EXEC"]],
        [["BEGIN"], ["GET", "{a}1", "w"], ["FETCH", "{a}1"], ["COMMIT"], ["COMMIT"], ["FETCH", "{a}1"]],
        [["LOOK", "{a}1"], ["GET", "{a}1", "x"], ["BEGIN"], ["FETCH", "{a}1"], ["COMMIT"], ["FETCH", "{a}1"]],
        [["RPUSH", "{a}l", "e"], ["WAITPOP", "{a}l", "0"], ["WAITPOP", "{a}l", "0.01"], [
          "BLPOP",
          "{a}l",
          "0",
        ]],
        [["COMMAND", "GETKEYS", "get", "{a}1", "v"], ["ACL", "DRYRUN", "default", "config", "get", "x"]],
        [["ACL", "DRYRUN", "default", "cfg", "get", "x"], ["COMMAND", "INFO", "keys", "config"]],
      ];
      for (const life of lives) await twin.same(life, random, version as 2 | 3);
      await twin.clear();
      for (let round = 0; round < 5; round++) {
        const key = () => `{a}${random.integer(1, 4)}`;
        const commands = Array.from({ length: 100 }, () =>
          random.pick([
            [["GET", key(), "value"]],
            [["FETCH", key()]],
            [["FETCHALL", key(), key()]],
            [["SET", key(), key()]],
            [["RPUSH", "{a}l", "e"], ["WAITPOP", "{a}l", "0"]],
            [["INCR", `${key()}n`], ["MGET", key()]],
          ])).flat();
        await twin.same(commands, random, version as 2 | 3);
      }
    });

    test("a read-only pool refuses what a read-only replica refuses, in its words", async () => {
      const primary = await RedisServer.start();
      const [host, port] = primary.address.split(":");
      await using replica = await RedisServer.start({ args: ["--replicaof", `${host} ${port}`] });
      await using _ = primary;
      const options = { ...OPTIONS, read_only: true };
      await using fleet = await Fleet.start(await RedisServer.startMany(shards), { options });
      using client = await fleet.connect();
      using direct = await RawClient.connect(replica.endpoint);
      for (const each of [client, direct]) await speak(each, version);
      let refused = 0;
      for (const command of ALL_COMMANDS.filter(isAsked)) {
        const request = requestFor(command);
        const [ours, its] = [await client.command(...request), await direct.command(...request)];
        const isRefused = its instanceof RespError && its.message === READ_ONLY;
        expect({ request, ours: isRefusal(ours) }).toEqual({ request, ours: isRefused });
        if (isRefused) refused++;
      }
      expect(refused).toBeGreaterThan(80);
      expect(await infoNumber(fleet.proxy, "refused_writes")).toBe(refused);
    });

    test("a read-only pool serves what reads, refuses scripts that may write, and aborts transactions", async () => {
      const options = { ...OPTIONS, read_only: true };
      await using fleet = await Fleet.start(await RedisServer.startMany(shards), { options });
      const key = fleet.keyOn(0);
      await fleet.servers[0]!.command("SET", key, "value");
      using client = await fleet.connect();
      await speak(client, version);
      expect(await client.command("GET", key)).toBe("value");
      expect(await client.command("EVAL_RO", "return redis.call('GET', KEYS[1])", 1, key)).toBe("value");
      for (const request of [["EVAL", "return 1", 1, key], ["EVALSHA", "0", 0], ["FCALL", "f", 1, key]]) {
        const [name] = request;
        expect(await client.command(...request)).toEqual(
          new RespError(`${READ_ONLY} A script may write; ${name}_RO runs those that don't`),
        );
      }
      expect(await client.command("PUBLISH", "channel", "text")).toBe(0);
      expect(await client.command("MULTI")).toBe("OK");
      expect(await client.command("GET", key)).toBe("QUEUED");
      expect(await client.command("SET", key, "never")).toEqual(new RespError(READ_ONLY));
      expect(await client.command("EXEC")).toEqual(ABORTED);
      expect(await client.command("MULTI")).toBe("OK");
      expect(await client.command("GET", key)).toBe("QUEUED");
      expect(await client.command("EXEC")).toEqual(["value"]);
      client.send("MSET", key, 1, fleet.keyOn(shards - 1), 2);
      client.send("MGET", key);
      client.send("BLPOP", "list", 0);
      client.send("FLUSHALL");
      expect(await client.readReplies(4)).toEqual([
        new RespError(READ_ONLY),
        ["value"],
        new RespError(READ_ONLY),
        new RespError(READ_ONLY),
      ]);
    });
  },
);

/** Commands of the installed server that it would look at as far as to say that it doesn't write. */
function isAsked({ since, flags, handling, subcommands, merge, name }: Command): boolean {
  const isServed = handling !== "refuse" && handling !== "local" && handling !== "stateful";
  const waits = flags.includes("blocking") || flags.includes("admin") || merge !== null;
  return isServed && subcommands.length === 0 && !waits && parseInt(since) < 7 && !/^(eval|fcall)/.test(name);
}

function requestFor({ name, arity }: Command): string[] {
  const words = name.toUpperCase().split("|");
  while (words.length < Math.abs(arity)) words.push("1");
  return words;
}

function isRefusal(reply: unknown): boolean {
  return reply instanceof RespError && reply.message === READ_ONLY;
}

describe.skipIf(skip)("a reload", () => {
  test("that forbids what is queued makes EXEC abort, and what is allowed again is served", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2), { options: OPTIONS });
    const open = readFileSync(fleet.proxy.configFile, "utf8");
    const closed = open.replace("    servers:", "    read_only: true\n    deny: [incr]\n    servers:");
    using writer = await clientInMulti(fleet, ["SET", "a", "1"]);
    using reader = await clientInMulti(fleet, ["GET", "a"]);
    using counter = await clientInMulti(fleet, ["INCR", "a"]);
    await reload(fleet.proxy, closed);
    expect(await writer.command("EXEC")).toEqual(
      new RespError(`EXECABORT Transaction discarded because of: ${READ_ONLY}`),
    );
    expect(await counter.command("EXEC")).toEqual(
      new RespError(
        "EXECABORT Transaction discarded because of: NOPERM INCR is on the deny list of pool 'main', as 'incr'",
      ),
    );
    expect(await reader.command("EXEC")).toEqual([null]);
    expect(await writer.command("SET", "a", "1")).toEqual(new RespError(READ_ONLY));
    await reload(fleet.proxy, open.replace("    servers:", "    rename: { set: put }\n    servers:"));
    expect(await writer.command("PUT", "a", "1")).toBe("OK");
    expect(await writer.command("SET", "a", "2")).toEqual(unknown("SET", "'a' '2' "));
    await reload(fleet.proxy, open);
    expect(await writer.command("PUT", "a", "1")).toEqual(unknown("PUT", "'a' '1' "));
    expect(await writer.command("GET", "a")).toBe("1");
  });
});

/** A client that has queued a command. */
async function clientInMulti(fleet: Fleet<RedisServer>, command: readonly string[]): Promise<RawClient> {
  const client = await fleet.connect();
  expect(await client.command("MULTI")).toBe("OK");
  expect(await client.command(...command)).toBe("QUEUED");
  return client;
}

describe("a renamed command", () => {
  test("goes out under its real name, after it was put back to wait for a pause or for replies too", async () => {
    const server = await FakeServer.start(([name], peer) =>
      peer.write(name === "INFO" ? bulk("redis_version:7.0.15\r\n") : simple("OK"))
    );
    const options = { admin_commands: true, rename: { set: "put", blpop: "take", get: "set" } };
    await using fleet = await Fleet.start([server], { options });
    using client = await fleet.connect();
    using other = await fleet.connect();
    expect(await client.command("CLIENT", "PAUSE", 60_000)).toBe("OK");
    other.send("PUT", "key", "x".repeat(200_000));
    await eventually("it waits", async () => await infoNumber(fleet.proxy, "bytes_in_flight") > 100_000);
    expect(server.requests.map(([name]) => name)).not.toContain("set");
    expect(await client.command("CLIENT", "UNPAUSE")).toBe("OK");
    expect(await other.readReply()).toBe("OK");
    other.send("SET", "key");
    other.send("TAKE", "list", 0);
    other.send("PUT", "key", "value");
    expect(await other.readReplies(3)).toEqual(["OK", "OK", "OK"]);
    const asked = server.requests.filter(([name]) => !["INFO", "CLIENT"].includes(name!)).map((words) =>
      words.map((w) => w.slice(0, 5))
    );
    expect(asked).toEqual([
      ["set", "key", "xxxxx"],
      ["get", "key"],
      ["blpop", "list", "0"],
      ["set", "key", "value"],
    ]);
    expect(await other.command("GET", "key")).toEqual(unknown("GET", "'key' "));
  });

  test("lets clients in when it is AUTH or HELLO, and refuses strangers all the same", async () => {
    await using server = await RedisServer.start({ password: "secret" });
    const options = { redis_auth: "secret", rename: { auth: "login", hello: "hi" } };
    await using fleet = await Fleet.start([server], { options });
    using client = await fleet.connect();
    const stranger = new RespError("NOAUTH Authentication required.");
    expect(await client.command("AUTH", "secret")).toEqual(stranger);
    expect(await client.command("PING")).toEqual(stranger);
    expect(await client.command("LOGIN", "secret")).toBe("OK");
    expect(await client.command("PING")).toBe("PONG");
    using another = await fleet.connect();
    another.send("HI", 3, "AUTH", "default", "secret");
    expect((await another.readRawReply()).toString()).toStartWith("%8\r\n");
  });
});
