/** Commands that the proxy has never heard of: of a module that real servers load, and of servers of all ages. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { askAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { FakeServer, type Script } from "../support/fake_server.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { encodeReply } from "../../src/protocol/redis/reply_value.ts";
import { error, simple } from "../support/resp_encoder.ts";
import { entry, spec } from "../unit/protocol/redis/learned/entries.ts";
import { RespError } from "../support/resp.ts";
import { TestModule } from "../support/test_module.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server", "gcc") !== null;

const CROSSSLOT = new RespError("CROSSSLOT Keys in request don't live on the same server");
const REMEDY = "; `commands` in the pool's configuration can declare it";

function hash(password: string): string {
  return `#${createHash("sha256").update(password).digest("hex")}`;
}

/** Names and values in turn, as a map. */
function mapOf(pairs: readonly unknown[]): Map<unknown, unknown> {
  return new Map(Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[2 * i], pairs[2 * i + 1]]));
}

let module: TestModule;

/** Servers with the module; `extra` ones have one command more. */
async function startServers(plain: number, extra = 0): Promise<RedisServer[]> {
  const load = ["--loadmodule", module.path];
  return [
    ...await RedisServer.startMany(plain, { args: load }),
    ...await RedisServer.startMany(extra, { args: [...load, "extra"] }),
  ];
}

describe.skipIf(skip)("commands of a module", () => {
  const adminPort = freePort();
  let fleet: Fleet<RedisServer>;

  beforeAll(async () => {
    module = new TestModule();
    fleet = await Fleet.start(await startServers(2), {
      options: {
        hash_tag: "{}",
        users: { default: "on nopass ~* +@all", reader: `on ${hash("x")} ~* +@read` },
      },
      adminPort,
    });
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    module[Symbol.dispose]();
  });

  test("are served to the first client that ever asks, each key by its server", async () => {
    using client = await fleet.connect();
    for (const server of [0, 1]) {
      const key = fleet.keyOn(server);
      expect(await client.command("MOD.SET", key, `value ${server}`)).toBe("OK");
      expect(await client.command("mod.get", key)).toBe(`value ${server}`);
      expect(await fleet.servers[server]!.command("GET", key)).toBe(`value ${server}`);
    }
  });

  test("need all their keys on one server", async () => {
    using client = await fleet.connect();
    expect(await client.command("MOD.COUNT", "{a}1", "{a}2", "{a}3")).toBe(3);
    expect(await client.command("MOD.COUNT", fleet.keyOn(0), fleet.keyOn(1))).toEqual(CROSSSLOT);
    expect(await client.command("MOD.GET")).toEqual(
      new RespError("ERR wrong number of arguments for 'mod.get' command"),
    );
  });

  test.each([2, 3])("are served in a session of RESP%d", async (version) => {
    using client = await fleet.connect();
    await client.command("HELLO", version);
    await client.command("MOD.SET", "k", "v");
    expect(await client.command("MOD.GET", "k")).toBe("v");
    expect(await client.command("MOD.GET", "nothing")).toBe(null);
  });

  test("can be part of a transaction, and of one that watches", async () => {
    using client = await fleet.connect();
    await client.command("MULTI");
    expect(await client.command("MOD.SET", "{t}a", "1")).toBe("QUEUED");
    expect(await client.command("MOD.GET", "{t}a")).toBe("QUEUED");
    expect(await client.command("EXEC")).toEqual(["OK", "1"]);
    await client.command("WATCH", "{t}a");
    await client.command("MULTI");
    await client.command("MOD.SET", "{t}a", "2");
    using other = await fleet.connect();
    await other.command("MOD.SET", "{t}a", "3");
    expect(await client.command("EXEC")).toBe(null);
    await client.command("MULTI");
    await client.command("MOD.SET", fleet.keyOn(0), "1");
    expect(await client.command("MOD.SET", fleet.keyOn(1), "1")).toEqual(
      new RespError("CROSSSLOT Keys of a transaction don't live on the same server"),
    );
    expect(await client.command("EXEC")).toEqual(
      new RespError("EXECABORT Transaction discarded because of previous errors."),
    );
  });

  test.each([
    ["MOD.SEARCH", "names no keys, so that nobody can tell which server it is for"],
    ["MOD.ADMIN", "administers one server"],
    ["MOD.HIDDEN", "has keys in places that the server does not tell"],
    ["MOD.WAIT", "may wait for data, and the server doesn't say when and for how long"],
    ["MOD.ASIDE", "may change the server connection it runs on, and clients of this pool share those"],
  ])("that can't be served safely are refused with the reason: %s", async (name, reason) => {
    using client = await fleet.connect();
    const refusal = new RespError(`ERR ${name} ${reason}${REMEDY}`);
    expect(await client.command(name, "key")).toEqual(refusal);
    await client.command("MULTI");
    expect(await client.command(name, "key")).toEqual(refusal);
  });

  test("are in COMMAND and its like, without those that are refused", async () => {
    using client = await fleet.connect();
    const names = await client.command("COMMAND", "LIST", "FILTERBY", "PATTERN", "mod.*");
    expect(names).toEqual(["mod.count", "mod.get", "mod.set"]);
    const [set, search] = await client.command("COMMAND", "INFO", "mod.set", "mod.search") as unknown[][];
    expect(set!.slice(0, 2)).toEqual(["mod.set", -2]);
    expect(search).toBe(null as never);
    const all = await client.command("COMMAND") as unknown[][];
    expect(all.map(([name]) => name)).toContain("mod.set");
    expect(await client.command("COMMAND", "COUNT")).toBe(all.length);
    expect(await client.command("COMMAND", "GETKEYS", "mod.count", "a", "b")).toEqual(["a", "b"]);
    const flags = await client.command("COMMAND", "GETKEYSANDFLAGS", "mod.set", "k", "v");
    expect(flags).toEqual([["k", ["RW", "access", "update"]]]);
  });

  test.each([2, 3])("are in COMMAND DOCS, which has the servers' words, in RESP%d", async (version) => {
    using client = await fleet.connect();
    using server = await RawClient.connect(fleet.servers[0]!.endpoint);
    for (const each of [client, server]) await each.command("HELLO", version);
    const docs = ["COMMAND", "DOCS", "get", "zadd", "xinfo", "object|freq", "mod.get", "nosuch"];
    expect(await client.command(...docs)).toEqual(await server.command(...docs));
    const all = (reply: unknown) => reply instanceof Map ? new Map(reply) : mapOf(reply as unknown[]);
    const ours = all(await client.command("COMMAND", "DOCS"));
    const theirs = all(await server.command("COMMAND", "DOCS"));
    expect(ours.get("hset")).toEqual(theirs.get("hset"));
    expect(ours.has("mod.set")).toBe(true);
    for (const name of ["mod.admin", "shutdown", "hexpire"]) expect(ours.has(name)).toBe(false);
    const facts = all(ours.get("client"));
    const names = [...all(facts.get("subcommands")).keys()];
    expect(names).toContain("client|id");
    expect(names).not.toContain("client|unblock");
  });

  test("are a family of their own in the figures", async () => {
    using client = await fleet.connect();
    await client.command("MOD.GET", fleet.keyOn(0));
    expect(await client.command("INFO", "commandstats")).toContain("cmdstat_module:");
  });

  test("count as what they are for the rules of users", async () => {
    using client = await fleet.connect();
    await client.command("AUTH", "reader", "x");
    expect(await client.command("MOD.GET", "nothing")).toBe(null);
    expect(await client.command("MOD.SET", "a", "b")).toEqual(
      new RespError("NOPERM this user has no permissions to run the 'mod.set' command"),
    );
    expect(await client.command("ACL", "DRYRUN", "default", "mod.set", "a", "b")).toEqual(
      new RespError("NOPERM this user has no permissions to run the 'acl|dryrun' command"),
    );
  });

  test("are shown to operators, and logged when they are learned", async () => {
    using client = await fleet.connect();
    await client.command("MOD.GET", "a");
    expect(await client.command("CLIENT", "LIST")).toContain("cmd=client|list");
    const { body } = await askAdmin(adminPort, "GET /pools/main/commands");
    expect(body.servers.map(({ fault }: { fault: string }) => fault)).toEqual(["", ""]);
    expect(body.learned.map(({ name, keys }: Record<string, string>) => `${name}: ${keys}`)).toEqual([
      "mod.count: read 1..-1",
      "mod.get: read 1",
      "mod.set: write 1",
    ]);
    expect(body.refused.map(({ name }: { name: string }) => name)).toEqual(
      ["mod.admin", "mod.aside", "mod.hidden", "mod.search", "mod.wait"],
    );
    expect(fleet.logged("commands.learned").join("\n")).toContain("mod.admin (refused)");
  });
});

describe.skipIf(skip)("commands that a pool declares", () => {
  test("are served where the servers don't tell enough, blocking ones on a connection of their own", async () => {
    using module_ = module = new TestModule();
    const commands = {
      "MOD.SEARCH": "read 1",
      "mod.hidden": "read count 1, arity -3",
      "Mod.Wait": "read 1, blocking",
      "MOD.UNTOLD": "read 1",
    };
    await using fleet = await Fleet.start(await startServers(2), { options: { commands, hash_tag: "{}" } });
    using client = await fleet.connect();
    expect(await client.command("MOD.SEARCH", fleet.keyOn(1), "query")).toBe("query");
    expect(await client.command("MOD.HIDDEN", 2, fleet.keyOn(0), fleet.keyOn(1))).toEqual(CROSSSLOT);
    expect(await client.command("MOD.HIDDEN", 2, "{a}1", "{a}2")).toBe("{a}2");
    expect(await client.command("MOD.HIDDEN", 1)).toEqual(
      new RespError("ERR wrong number of arguments for 'mod.hidden' command"),
    );
    expect(await client.command("MOD.WAIT", "key")).toBe("key");
    const infos = await client.command("COMMAND", "INFO", "mod.search", "mod.untold") as unknown[][];
    expect(infos.map((info) => info.slice(3, 6))).toEqual([[1, 1, 1], [1, 1, 1]]);
    expect(module_.path).toEndWith(".so");
  });
});

describe.skipIf(skip)("servers of a pool that differ", () => {
  test("serve what they have: the others say that they lack it, and nobody is promised it", async () => {
    using _module = module = new TestModule();
    const adminPort = freePort();
    await using fleet = await Fleet.start(await startServers(1, 1), { adminPort });
    using client = await fleet.connect();
    expect(await client.command("MOD.EXTRA", fleet.keyOn(1))).toBe(fleet.keyOn(1));
    const elsewhere = await client.command("MOD.EXTRA", fleet.keyOn(0)) as RespError;
    expect(elsewhere.message).toStartWith("ERR unknown command 'MOD.EXTRA'");
    const [promised, shared] = await client.command("COMMAND", "INFO", "mod.extra", "mod.get") as unknown[][];
    expect([promised, shared![0]]).toEqual([null as never, "mod.get"]);
    const { body } = await askAdmin(adminPort, "GET /pools/main/commands");
    const extra = body.learned.find(({ name }: { name: string }) => name === "mod.extra");
    expect(extra.missing).toEqual([fleet.servers[0]!.address]);
    expect(body.lacking).toContain("hexpire");
  });

  test("are asked anew when they come back as others", async () => {
    using _module = module = new TestModule();
    const port = freePort();
    const server = await RedisServer.start({ port });
    await using fleet = await Fleet.start([server]);
    using client = await fleet.connect();
    const unknown = await client.command("MOD.GET", "a") as RespError;
    expect(unknown.message).toStartWith("ERR unknown command 'MOD.GET'");
    await server.stop();
    await using other = await RedisServer.start({ port, args: ["--loadmodule", module.path] });
    await eventually("the command is served", async () => {
      await client.command("GET", "a");
      return await client.command("MOD.GET", "a") === null;
    });
    expect(fleet.logged("commands.learned").length).toBe(1);
    expect(await other.command("PING")).toBe("PONG");
  });
});

describe.skipIf(skip)("a server that loads a module while it runs", () => {
  test("is asked anew once a client asks for what nobody knows", async () => {
    using _module = module = new TestModule();
    const [server] = await RedisServer.startMany(1, { args: ["--enable-module-command", "local"] });
    await using fleet = await Fleet.start([server!]);
    using client = await fleet.connect();
    expect(await client.command("MOD.GET", "a")).toBeInstanceOf(RespError);
    expect(await server!.command("MODULE", "LOAD", module.path)).toBe("OK");
    const isServed = async () => await client.command("MOD.GET", "a") === null;
    await eventually("the command is served", isServed, { timeoutMs: 10_000 });
  }, 15_000);
});

describe("a server that", () => {
  /** As Redis 6 describes JSON.GET: without key specifications, and it has no COMMAND LIST. */
  const OLD =
    "*2\r\n*7\r\n$8\r\njson.get\r\n:-2\r\n*1\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n*2\r\n+@read\r\n+@slow\r\n" +
    "*7\r\n$3\r\nget\r\n:2\r\n*1\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n*1\r\n+@read\r\n";
  const old: Script = ([name, ...args], peer) => {
    const asked = [name, ...args].join(" ").toUpperCase();
    if (asked === "COMMAND") peer.write(OLD);
    else if (asked === "JSON.GET K") peer.write("$2\r\n{}\r\n");
    else peer.write(error("ERR unknown"));
  };

  test("has no COMMAND LIST is asked for COMMAND", async () => {
    await using fleet = await Fleet.start([await FakeServer.start(old)], {
      options: { learn_commands: true },
    });
    using client = await fleet.connect();
    expect(await client.command("JSON.GET", "k")).toBe("{}");
    const names = await client.command("COMMAND", "LIST") as string[];
    expect(names).toContain("json.get");
    expect(names).toContain("get");
    expect(names).not.toContain("set");
    expect(names).toContain("client");
  });

  test("is newer than the proxy serves its containers, and more subcommands of those that are known", async () => {
    const at2 = spec({ begin: ["index", 2] });
    const box = entry("box", -2, "", [], [
      entry("box|put", 3, "write", [at2]),
      entry("box|all", 2, "readonly", []),
    ]);
    const commands = [box, entry("xinfo|later", 3, "readonly", [at2])];
    const newer: Script = (words, peer) => {
      const asked = words.join(" ").toLowerCase();
      if (asked === "command list") {
        peer.write(encodeReply(["get", "box", "box|put", "box|all", "xinfo|later"], 2));
      } else if (asked === "command info box xinfo|later") peer.write(encodeReply(commands, 2));
      else if (asked.startsWith("command")) peer.write(error("ERR no"));
      else peer.write(simple(asked));
    };
    await using fleet = await Fleet.start([await FakeServer.start(newer)], {
      options: { learn_commands: true },
    });
    using client = await fleet.connect();
    expect(await client.command("BOX", "PUT", "k")).toBe("box put k");
    expect(await client.command("XINFO", "LATER", "k")).toBe("xinfo later k");
    expect((await client.command("BOX", "ALL") as RespError).message).toStartWith(
      "ERR BOX ALL names no keys",
    );
    expect((await client.command("BOX", "NO") as RespError).message).toStartWith(
      "ERR unknown subcommand 'NO'",
    );
    await client.command("MULTI");
    expect(await client.command("BOX", "PUT", "k")).toBe("QUEUED");
    expect(await client.command("DISCARD")).toBe("OK");
  });

  test("says nothing keeps a client waiting for a moment, and no other", async () => {
    const mute: Script = ([name], peer) => void (name === "GET" && peer.write("$1\r\nv\r\n"));
    await using fleet = await Fleet.start([await FakeServer.start(mute)], {
      options: { learn_commands: true },
    });
    using waiting = await fleet.connect();
    using other = await fleet.connect();
    waiting.send("JSON.GET", "k");
    expect(await other.command("GET", "k")).toBe("v");
    expect(await waiting.readReply()).toBeInstanceOf(RespError);
    expect(await waiting.command("GET", "k")).toBe("v");
  });

  test("answers with nonsense, or has no end, harms nothing", async () => {
    const nonsense = [
      "*3\r\n:1\r\n*0\r\n$-1\r\n",
      "?\r\n",
      "*1\r\n".repeat(200) + ":1\r\n",
      "$99999999\r\n" + "x".repeat(2 ** 20),
    ];
    for (const reply of nonsense) {
      const script: Script = ([name], peer) => {
        if (name === "GET") peer.write("$1\r\nv\r\n");
        else peer.write(name === "COMMAND" ? reply : error("ERR no"));
      };
      await using fleet = await Fleet.start([await FakeServer.start(script)], {
        options: { learn_commands: true },
      });
      using client = await fleet.connect();
      expect(await client.command("GET", "k")).toBe("v");
      expect(await client.command("JSON.GET", "k")).toBeInstanceOf(RespError);
      expect(await client.command("GET", "k")).toBe("v");
    }
  });

  test("comes and goes is not asked again and again", async () => {
    const leaving: Script = ([name], peer) => {
      if (name !== "GET") return peer.write(error("ERR no"));
      peer.write("$1\r\nv\r\n");
      peer.finish();
    };
    const server = await FakeServer.start(leaving);
    const began = performance.now();
    await using fleet = await Fleet.start([server], { options: { learn_commands: true } });
    using client = await fleet.connect();
    await eventually("it was connected to fifty times", async () => {
      await client.command("GET", "k");
      return server.requestsOf("GET").length >= 50;
    });
    const seconds = (performance.now() - began) / 1000;
    const asked = server.requests.filter((words) => words.join(" ") === "COMMAND LIST").length;
    expect(asked).toBeLessThanOrEqual(1 + seconds);
  });

  test("is not asked at all where the pool says so", async () => {
    const server = await FakeServer.start(old);
    await using fleet = await Fleet.start([server], { options: { learn_commands: false } });
    using client = await fleet.connect();
    const answer = await client.command("JSON.GET", "k") as RespError;
    expect(answer.message).toStartWith("ERR unknown command 'JSON.GET'");
    expect(server.requests).toEqual([]);
  });
});
