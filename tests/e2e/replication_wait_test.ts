/** WAIT through the proxy: have this client's writes reached so many replicas, on every server it has written to? */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";

function replicaOf(server: RedisServer): Promise<RedisServer> {
  const [host, port] = server.address.split(":") as [string, string];
  return RedisServer.start({ args: ["--replicaof", host, port, "--repl-diskless-sync-delay", "0"] });
}

async function untilReplicated(server: RedisServer): Promise<void> {
  await eventually("the replica follows", async () => {
    return String(await server.command("INFO", "replication")).includes("state=online");
  }, { timeoutMs: 15_000 });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("WAIT", () => {
  test("counts the replicas of the server that has fewest, of those the client has written to", async () => {
    const servers = await RedisServer.startMany(2);
    await using fleet = await Fleet.start(servers);
    await using replica = await replicaOf(servers[0]!);
    await untilReplicated(servers[0]!);
    const [here, there] = [fleet.keyOn(0), fleet.keyOn(1)];
    using client = await fleet.connect();
    client.write(pipeline([["SET", here, "v"], ["GET", there], ["WAIT", "1", "3000"], ["PING"]]));
    expect(await client.readReplies(4)).toEqual(["OK", null, 1, "PONG"]);
    // A transaction is a write like any other, and nobody waits longer than for what is asked.
    client.write(pipeline([["MULTI"], ["INCR", fleet.keyOn(0, "n")], ["EXEC"], ["WAIT", "1", "0"]]));
    expect((await client.readReplies(4))[3]).toBe(1);
    await replica.freeze();
    client.write(pipeline([["SET", here, "w"], ["WAIT", "1", "100"], ["PING"]]));
    expect(await client.readReplies(3)).toEqual(["OK", 0, "PONG"]);
    replica.thaw();
    expect(await client.command("WAIT", "1", "3000")).toBe(1);
    client.write(pipeline([["SET", there, "w"], ["WAIT", "1", "50"]]));
    expect(await client.readReplies(2)).toEqual(["OK", 0]);
    expect(await client.command("WAIT", "x", "1")).toEqual(
      new RespError("ERR value is not an integer or out of range"),
    );
    client.close();
    await untilQuiet(fleet.proxy);
  }, 30_000);

  test("is over for a client that ends while it waits, and fails with a server that does", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2));
    const blocked = async () =>
      (await Promise.all(fleet.servers.map(async (server) => {
        return Number(/^blocked_clients:(\d+)/m.exec(String(await server.command("INFO")))![1]);
      }))).reduce((sum, each) => sum + each);
    using leaving = await fleet.connect();
    leaving.write(pipeline([["SET", fleet.keyOn(0), "v"], ["SET", fleet.keyOn(1), "v"], ["WAIT", "1", "0"]]));
    expect(await leaving.readReplies(2)).toEqual(["OK", "OK"]);
    await eventually("both servers are asked", async () => await blocked() === 2);
    leaving.halfClose();
    await eventually("nobody waits any more", async () => await blocked() === 0);
    using staying = await fleet.connect();
    staying.write(pipeline([["SET", fleet.keyOn(1), "v"], ["WAIT", "1", "0"], ["PING"]]));
    expect(await staying.readReply()).toBe("OK");
    await eventually("the server is asked", async () => await blocked() === 1);
    await fleet.servers[1]!.kill();
    expect(await staying.readReplies(2)).toEqual([expect.any(RespError), "PONG"]);
  });
});
