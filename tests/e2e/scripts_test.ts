/** Scripts and functions over several servers: what was told once is there on every server when it is needed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { sha1 } from "../support/sha1.ts";
import { Fleet } from "./fleet.ts";

const OPTIONS = { admin_commands: true };
const ECHO = "return {KEYS[1], ARGV[1]}";
const PUSH = "return redis.call('RPUSH', KEYS[1], ARGV[1])";
const LIBRARY =
  "#!lua name=mylib\nredis.register_function('twice', function(keys, args) return args[1] * 2 end)";
const NOSCRIPT = new RespError("NOSCRIPT No matching script. Please use EVAL.");

async function isLoaded(server: RedisServer, script: string): Promise<boolean> {
  return (await server.command("SCRIPT", "EXISTS", sha1(script)) as number[])[0] === 1;
}

describe.skipIf(reasonToSkip("redis-server") !== null).each([1, 3])("Over %d servers", (count) => {
  let fleet: Fleet<RedisServer>;

  beforeAll(async () => {
    const servers = await RedisServer.startMany(count, { args: ["--busy-reply-threshold", "50"] });
    fleet = await Fleet.start(servers, { options: OPTIONS });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());
  beforeEach(async () => {
    using client = await fleet.connect();
    for (const command of ["SCRIPT", "FUNCTION"]) expect(await client.command(command, "FLUSH")).toBe("OK");
    await client.command("FLUSHALL");
  });

  test("SCRIPT LOAD, EXISTS and FLUSH are for all, and EVALSHA runs everywhere", async () => {
    using client = await fleet.connect();
    const [known, unknown] = [sha1(ECHO), sha1("nosuch")];
    expect(await client.command("SCRIPT", "LOAD", ECHO)).toBe(known);
    for (const server of fleet.servers) expect(await isLoaded(server, ECHO)).toBeTrue();
    for (let i = 0; i < count; i++) {
      const key = fleet.keyOn(i);
      expect(await client.command("EVALSHA", known, 1, key, "arg")).toEqual([key, "arg"]);
      expect(await client.command("evalsha_ro", known.toUpperCase(), 1, key, "arg")).toEqual([key, "arg"]);
    }
    expect(await client.command("SCRIPT", "EXISTS", known, unknown, known)).toEqual([1, 0, 1]);
    expect(await client.command("SCRIPT", "FLUSH", "SYNC")).toBe("OK");
    expect(await client.command("SCRIPT", "EXISTS", known)).toEqual([0]);
    for (let i = 0; i < count; i++) {
      expect(await client.command("EVALSHA", known, 1, fleet.keyOn(i), "arg")).toEqual(NOSCRIPT);
    }
  });

  test("a script that one client has run with EVAL is known by its name on every server", async () => {
    using client = await fleet.connect();
    await client.command("EVAL", ECHO, 1, fleet.keyOn(0), "arg");
    using other = await fleet.connect();
    for (let i = 0; i < count; i++) {
      const key = fleet.keyOn(i);
      expect(await other.command("EVALSHA", sha1(ECHO), 1, key, "arg")).toEqual([key, "arg"]);
    }
  });

  test("what is wrong with a script is said as a server says it", async () => {
    using client = await fleet.connect();
    const key = fleet.keyOn(0);
    const requests = [
      ["SCRIPT", "LOAD", "this is no lua"],
      ["SCRIPT", "FLUSH", "LATER"],
      ["SCRIPT", "KILL"],
      ["FUNCTION", "KILL"],
      ["FUNCTION", "LOAD", "no library"],
      ["FUNCTION", "DELETE", "nosuch"],
      ["FUNCTION", "RESTORE", "nosuch"],
      ["EVALSHA", sha1("nosuch"), "1", key],
      ["EVALSHA", "short", "1", key],
      ["FCALL", "nosuch", "1", key],
    ];
    for (const request of requests) {
      const alone = await fleet.servers[0]!.command(...request);
      expect(alone).toBeInstanceOf(RespError);
      expect(await client.command(...request)).toEqual(alone);
    }
    const [load, sha] = [
      "return redis.error_reply('MINE text')",
      sha1("return redis.error_reply('MINE text')"),
    ];
    await client.command("SCRIPT", "LOAD", load);
    expect(await client.command("EVALSHA", sha, 1, key)).toEqual(new RespError("MINE text"));
  });

  test("EVALSHA brings arguments and replies of any size through", async () => {
    using client = await fleet.connect();
    const [head, tail] = ["return ARGV[1]", "return {redis.error_reply('E ' .. ARGV[1]), ARGV[1]}"];
    for (const script of [head, tail]) await client.command("SCRIPT", "LOAD", script);
    for (const size of [0, 10, 20_000, 70_000, 3_000_000]) {
      const value = "x".repeat(size);
      for (let i = 0; i < count; i++) {
        const key = fleet.keyOn(i);
        client.send("EVALSHA", sha1(head), 1, key, value);
        client.send("ECHO", "between");
        client.send("EVALSHA", sha1(tail), 1, key, value);
      }
      for (let i = 0; i < count; i++) {
        const [whole, between, [error, again]] = await client.readReplies(3) as [string, string, RespValue[]];
        expect([whole.length, between, (error as RespError).message.length, (again as string).length])
          .toEqual([size, "between", size + 2, size]);
      }
    }
    // A single error may be long, and come in several pieces.
    const long = "return redis.error_reply('MINE ' .. ARGV[1])";
    await client.command("SCRIPT", "LOAD", long);
    const { message } = await client.command("EVALSHA", sha1(long), 1, "k", "e".repeat(200_000)) as RespError;
    expect(message.length).toBe(200_005);
  });

  test("a script that a server has forgotten is loaded again, once and unseen", async () => {
    using client = await fleet.connect();
    const key = fleet.keyOn(count - 1);
    await client.command("SCRIPT", "LOAD", PUSH);
    for (let i = 1; i <= 5; i++) {
      await fleet.servers[count - 1]!.command("SCRIPT", "FLUSH");
      expect(await client.command("EVALSHA", sha1(PUSH), 1, key, i)).toBe(i);
    }
  });

  test("what was asked after it is never overtaken: then NOSCRIPT is passed on", async () => {
    using client = await fleet.connect();
    const key = fleet.keyOn(0);
    await client.command("SCRIPT", "LOAD", PUSH);
    await client.command("EVALSHA", sha1(PUSH), 1, key, "first");
    await fleet.servers[0]!.command("SCRIPT", "FLUSH");
    // In one piece, so that all have been asked before the first is answered.
    client.write(pipeline([
      ["EVALSHA", sha1(PUSH), 1, key, "second"],
      ["RPUSH", key, "third"],
      ["LRANGE", key, 0, -1],
      ["EVALSHA", sha1(PUSH), 1, key, "fourth"],
    ]));
    const [second, ...others] = await client.readReplies(4);
    expect([second, ...others]).toEqual([NOSCRIPT, 2, ["first", "third"], 3]);
    expect(await client.command("EVALSHA", sha1(PUSH), 1, key, "fifth")).toBe(4);
  });

  // A server that runs a script writes nothing: LOAD and FCALL in one pipeline would be answered together.
  test("SCRIPT KILL and FUNCTION STATS get past a script that runs", async () => {
    using client = await fleet.connect();
    using other = await fleet.connect();
    client.deadlineMs = 10_000;
    client.send("EVAL", "while true do end", 1, fleet.keyOn(count - 1));
    await eventually("the script can be killed", async () => await other.command("SCRIPT", "KILL") === "OK");
    expect((await client.readReply() as RespError).message).toContain("Script killed by user");
    await client.command("FUNCTION", "LOAD", LIBRARY.replace("return args[1] * 2", "while true do end"));
    client.send("FCALL", "twice", 1, fleet.keyOn(count - 1));
    await eventually("the function is seen to run", async () => {
      const stats = await other.command("FUNCTION", "STATS") as RespValue[];
      return Array.isArray(stats[1]) && stats[1].includes("twice");
    });
    await eventually(
      "the function can be killed",
      async () => await other.command("FUNCTION", "KILL") === "OK",
    );
    expect((await client.readReply() as RespError).message).toContain("Script killed by user");
    await eventually("nothing is left to kill", async () => {
      const reply = await other.command("SCRIPT", "KILL");
      return reply instanceof RespError && reply.message === "NOTBUSY No scripts in execution right now.";
    });
  });

  test("functions are loaded, listed, dumped, restored and deleted everywhere", async () => {
    using client = await fleet.connect();
    const runs = async (): Promise<RespValue[]> => {
      for (let i = 0; i < count; i++) client.send("FCALL", "twice", 1, fleet.keyOn(i), 21);
      return await client.readReplies(count);
    };
    expect(await client.command("FUNCTION", "LOAD", LIBRARY)).toBe("mylib");
    expect(await runs()).toEqual(Array(count).fill(42));
    const list = await client.command("FUNCTION", "LIST") as RespValue[][];
    expect(list.map((library) => library[1])).toEqual(["mylib"]);
    expect((await client.command("FUNCTION", "LOAD", LIBRARY) as RespError).message).toBe(
      "ERR Library 'mylib' already exists",
    );
    expect(await client.command("FUNCTION", "LOAD", "REPLACE", LIBRARY)).toBe("mylib");
    client.send("FUNCTION", "DUMP");
    const raw = await client.readRawReply();
    const dump = raw.subarray(raw.indexOf("\r\n") + 2, -2);
    expect(await client.command("FUNCTION", "DELETE", "mylib")).toBe("OK");
    expect(await client.command("FUNCTION", "LIST")).toEqual([]);
    expect(await client.command("FUNCTION", "RESTORE", dump)).toBe("OK");
    expect(await runs()).toEqual(Array(count).fill(42));
    if (count === 1) return;
    // One that a server lacks is none that can be counted on.
    await fleet.servers[0]!.command("FUNCTION", "FLUSH");
    expect(await client.command("FUNCTION", "LIST")).toEqual([]);
    expect((await client.command("FUNCTION", "DUMP") as RespError).message).toStartWith(
      "ERR the servers of this pool do not all",
    );
    const refused = await client.command("FUNCTION", "LOAD", LIBRARY) as RespError;
    expect(refused.message).toStartWith("ERR Library 'mylib' already exists (servers '");
    expect(refused.message).not.toContain(fleet.servers[0]!.address);
    expect(await runs()).toEqual(Array(count).fill(42));
  });
});

/** Pushes numbers, by turns with the script and plainly, in pipelines. Gives what was said to be done. */
class Pusher {
  readonly pushed: number[] = [];
  readonly errors: string[] = [];
  #next = 0;

  constructor(readonly client: RawClient, readonly key: string) {}

  async run(depth: number): Promise<void> {
    const numbers = Array.from({ length: depth }, () => this.#next++);
    for (const number of numbers) {
      if (number % 3 === 0) this.client.send("RPUSH", this.key, number);
      else this.client.send("EVALSHA", sha1(PUSH), 1, this.key, number);
    }
    for (const [i, reply] of (await this.client.readReplies(depth)).entries()) {
      if (reply instanceof RespError) this.errors.push(reply.message);
      else this.pushed.push(numbers[i]!);
    }
  }
}

describe.skipIf(reasonToSkip("redis-server") !== null)(
  "A server that is killed and started anew under load",
  () => {
    test("has every script when it is needed, and no request overtakes another", async () => {
      await using fleet = await Fleet.start(await RedisServer.startMany(3), { options: OPTIONS });
      using admin = await fleet.connect();
      expect(await admin.command("SCRIPT", "LOAD", PUSH)).toBe(sha1(PUSH));
      const clients = await Promise.all(Array.from({ length: 12 }, () => fleet.connect()));
      const pushers = clients.map((client, i) => new Pusher(client, fleet.keyOn(i % 3, `list${i}`)));
      let isOver = false;
      const load = pushers.map(async (pusher, i) => {
        while (!isOver) await pusher.run([1, 2, 15][i % 3]!);
      });
      const [victim] = fleet.servers;
      for (let round = 0; round < 5; round++) {
        const before = pushers.map(({ pushed }) => pushed.length);
        await eventually(
          "all have pushed",
          () => pushers.every(({ pushed }, i) => pushed.length > before[i]! + 50),
        );
        await victim!.kill();
        await victim!.restart();
      }
      const before = pushers.map(({ pushed }) => pushed.length);
      await eventually(
        "all push again",
        () => pushers.every(({ pushed }, i) => pushed.length > before[i]! + 50),
      );
      isOver = true;
      await Promise.all(load);
      for (const { errors } of pushers) {
        for (const error of errors) {
          expect(error).toMatch(/^ERR Connection (refused|reset|closed)/);
        }
      }
      for (const { key, pushed } of pushers) {
        const list = (await admin.command("LRANGE", key, 0, -1) as string[]).map(Number);
        expect(list).toEqual(list.toSorted((a, b) => a - b));
        // What came last, after the victim's last start, is all there.
        expect(list.slice(-40)).toEqual(pushed.slice(-40));
      }
      for (const client of clients) client.close();
    }, 30_000);
  },
);
