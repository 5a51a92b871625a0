/** Clients that wait at a server for what others do: whoever they are and however they end, nothing is lost on them. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;
const TAGS = { hash_tag: "{}" };

function startFleet(servers: number, options: FleetOptions["options"] = {}): Promise<Fleet<RedisServer>> {
  return RedisServer.startMany(servers).then((all) => Fleet.start(all, { options: { ...TAGS, ...options } }));
}

/** A field of a server's INFO. */
async function serverInfo(server: RedisServer, field: string): Promise<number> {
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(String(await server.command("INFO")))?.[1]);
}

async function untilBlocked(fleet: Fleet<RedisServer>, clients: number): Promise<void> {
  await eventually(`${clients} clients are blocked`, async () => {
    const blocked = await Promise.all(fleet.servers.map((server) => serverInfo(server, "blocked_clients")));
    return blocked.reduce((sum, each) => sum + each) === clients;
  });
}

describe.skipIf(skip)("a client that waits for data", () => {
  const WAITS: readonly [wait: string, push: string, reply: RespValue][] = [
    ["BLPOP {a}q {a}r 0", "RPUSH {a}r v", ["{a}r", "v"]],
    ["BRPOP {a}q 0", "RPUSH {a}q v", ["{a}q", "v"]],
    ["BLMOVE {a}q {a}r LEFT RIGHT 0", "RPUSH {a}q v", "v"],
    ["BRPOPLPUSH {a}q {a}r 0", "RPUSH {a}q v", "v"],
    ["BLMPOP 0 2 {a}q {a}r LEFT COUNT 2", "RPUSH {a}q v w", ["{a}q", ["v", "w"]]],
    ["BZPOPMIN {a}z 0", "ZADD {a}z 1 v", ["{a}z", "v", "1"]],
    ["BZPOPMAX {a}z 0", "ZADD {a}z 1 v", ["{a}z", "v", "1"]],
    ["BZMPOP 0 1 {a}z MIN", "ZADD {a}z 1 v", ["{a}z", [["v", "1"]]]],
    ["XREAD BLOCK 0 STREAMS {a}s $", "XADD {a}s 1-1 f v", [["{a}s", [["1-1", ["f", "v"]]]]]],
  ];
  for (const servers of [1, 3]) {
    test(`gets it when somebody brings it, and then the replies to what it asked behind, over ${servers}`, async () => {
      await using fleet = await startFleet(servers);
      using waiting = await fleet.connect();
      using other = await fleet.connect();
      for (const [wait, push, reply] of WAITS) {
        waiting.write(pipeline([wait.split(" "), ["PING"], ["DEL", "{a}r"]]));
        await untilBlocked(fleet, 1);
        await other.command(...push.split(" "));
        expect([wait, ...await waiting.readReplies(2)]).toEqual([wait, reply, "PONG"]);
        await waiting.readReply();
        expect(await other.command("DEL", "{a}q", "{a}r", "{a}z", "{a}s")).toBeNumber();
      }
      waiting.close();
      other.close();
      await untilQuiet(fleet.proxy);
    });
  }

  test("is answered null when its own time is over, however long the pool's is, and fails when its server is silent", async () => {
    await using fleet = await startFleet(1, { timeout: 400 });
    using client = await fleet.connect();
    expect(await client.command("BLPOP", "q", "0.8")).toBeNull();
    expect(await client.command("XREAD", "BLOCK", "700", "STREAMS", "s", "$")).toBeNull();
    client.send("BLPOP", "q", "0.2");
    await untilBlocked(fleet, 1);
    await fleet.servers[0]!.freeze();
    expect(await client.readReply()).toEqual(new RespError("ERR Connection timed out"));
    fleet.servers[0]!.thaw();
  });

  test("waits for what it asked before on other lanes", async () => {
    await using fleet = await startFleet(2);
    using client = await fleet.connect();
    for (let i = 0; i < 50; i++) {
      client.write(
        pipeline([["RPUSH", "q", `${i}`], ["BLPOP", "q", "0"], ["LLEN", "q"], [
          "SET",
          fleet.keyOn(i % 2),
          "v",
        ]]),
      );
      expect(await client.readReplies(4)).toEqual([1, ["q", `${i}`], 0, "OK"]);
    }
  });

  test("is refused keys on several servers, and more connections than there may be", async () => {
    await using fleet = await startFleet(2, { max_pinned: 1 });
    using first = await fleet.connect();
    using second = await fleet.connect();
    const crossslot = new RespError("CROSSSLOT Keys in request don't live on the same server");
    expect(await first.command("BLPOP", fleet.keyOn(0), fleet.keyOn(1), "0")).toEqual(crossslot);
    first.send("BLPOP", fleet.keyOn(0), "0");
    await untilBlocked(fleet, 1);
    expect(String((await second.command("BLPOP", fleet.keyOn(0), "0") as RespError).message)).toContain(
      "max_pinned",
    );
    expect(await second.command("BLPOP", fleet.keyOn(1), "0.01")).toBeNull();
    await second.command("RPUSH", fleet.keyOn(0), "v");
    expect(await first.readReply()).toEqual([fleet.keyOn(0), "v"]);
    // Clean lanes are used again.
    expect(await second.command("BLPOP", fleet.keyOn(0), "0.01")).toBeNull();
    first.close();
    second.close();
  });

  const ENDS: readonly [string, (client: RawClient) => void][] = [
    ["ends its side", (client) => client.halfClose()],
    ["closes", (client) => client.close()],
    ["breaks", (client) => client.reset()],
  ];
  for (const [how, end] of ENDS) {
    test(`is gone when it ${how}, and what comes then is kept, whatever it had sent behind`, async () => {
      await using fleet = await startFleet(1);
      const server = fleet.servers[0]!;
      for (const behind of [[], [["PING"], ["SET", "behind", "v"]]]) {
        using client = await fleet.connect();
        client.write(pipeline([["PING"], ["BLPOP", "q", "0"], ...behind]));
        await untilBlocked(fleet, 1);
        end(client);
        await untilBlocked(fleet, 0);
        expect(await server.command("RPUSH", "q", "kept")).toBe(1);
        expect(await server.command("LPOP", "q")).toBe("kept");
        expect(await server.command("GET", "behind")).toBeNull();
      }
      await untilQuiet(fleet.proxy);
    });
  }

  test("fails when its server dies, and is served again when it is back", async () => {
    await using fleet = await startFleet(1);
    using client = await fleet.connect();
    client.write(pipeline([["BLPOP", "q", "0"], ["PING"]]));
    await untilBlocked(fleet, 1);
    await fleet.servers[0]!.kill();
    expect(await client.readReplies(2)).toEqual([expect.any(RespError), "PONG"]);
    await fleet.servers[0]!.restart();
    await eventually("the server is back", async () => await client.command("RPUSH", "q", "v") === 1);
    expect(await client.command("BLPOP", "q", "0")).toEqual(["q", "v"]);
  });
});

describe.skipIf(skip)("a client that watches keys", () => {
  test("is answered null when others changed them, when its lane dies, and never when nothing happened", async () => {
    await using fleet = await startFleet(2);
    using client = await fleet.connect();
    using other = await fleet.connect();
    const [key, elsewhere] = [fleet.keyOn(0), fleet.keyOn(1)];
    const execute = async () => {
      client.write(pipeline([["MULTI"], ["SET", key, "mine"], ["EXEC"]]));
      return (await client.readReplies(3))[2];
    };
    expect(await client.command("WATCH", key)).toBe("OK");
    expect(await execute()).toEqual(["OK"]);
    expect(await client.command("WATCH", key)).toBe("OK");
    expect(await other.command("SET", key, "theirs")).toBe("OK");
    expect(await client.command("GET", elsewhere)).toBeNull();
    expect(await client.command("GET", key)).toBe("theirs");
    expect(await execute()).toBeNull();
    expect(await execute()).toEqual(["OK"]);
    expect(await client.command("WATCH", key)).toBe("OK");
    await fleet.servers[0]!.command("CLIENT", "KILL", "TYPE", "normal");
    await eventually("another connection is made", async () => await other.command("GET", key) === "mine");
    expect(await execute()).toBeNull();
    expect(await execute()).toEqual(["OK"]);
    client.close();
    other.close();
    await untilQuiet(fleet.proxy);
  });

  test("is refused keys on several servers, and transactions elsewhere", async () => {
    await using fleet = await startFleet(2);
    using client = await fleet.connect();
    const crossslot = new RespError("CROSSSLOT Watched keys don't live on the same server");
    expect(await client.command("WATCH", fleet.keyOn(0))).toBe("OK");
    expect(await client.command("WATCH", fleet.keyOn(1))).toEqual(crossslot);
    client.write(pipeline([["MULTI"], ["SET", fleet.keyOn(1), "v"], ["EXEC"], ["GET", fleet.keyOn(1)]]));
    expect((await client.readReplies(4)).slice(2)).toEqual([expect.any(RespError), null]);
  });
});
