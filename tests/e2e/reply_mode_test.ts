/** CLIENT REPLY through the proxy, beside a server alone. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RespPush } from "../support/resp.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { RedisTwin } from "./redis_twin.ts";

/** A server that is silent at the end doesn't even close at QUIT. */
const AUDIBLE = ["CLIENT", "REPLY", "ON"];
const LIVES = [
  "CLIENT REPLY SKIP,PING,ECHO a",
  "CLIENT REPLY OFF,PING,GET {a}1,CLIENT REPLY SKIP,PING,CLIENT REPLY ON,PING",
  "CLIENT REPLY FOO,CLIENT REPLY,CLIENT REPLY SKIP,CLIENT REPLY SKIP,ECHO 1,ECHO 2",
  "CLIENT REPLY SKIP,CLIENT REPLY ON,ECHO 3,CLIENT REPLY SKIP,CLIENT REPLY OFF,ECHO 4,CLIENT REPLY ON",
  "SET {a}1 v,CLIENT REPLY SKIP,GET {a}1,GET {a}1,CLIENT REPLY SKIP,MGET {a}1 {a}2,MGET {a}1 {a}2",
  "CLIENT REPLY OFF,MULTI,SET {a}1 w,EXEC,RESET,GET {a}1",
  "CLIENT REPLY SKIP,MULTI,GET {a}1,DISCARD",
  "MULTI,GET {a}1,EXEC,CLIENT REPLY SKIP,MULTI,GET {a}1,EXEC",
  "CLIENT REPLY SKIP,NOSUCH,NOSUCH,CLIENT REPLY SKIP,GET,GET",
  "CLIENT REPLY SKIP,RESET,ECHO 1,CLIENT REPLY OFF,CLIENT REPLY SKIP,RESET,ECHO 2",
  "CLIENT REPLY SKIP,WATCH {a}1,MULTI,GET {a}1,EXEC",
  "SET {a}1 v,CLIENT REPLY SKIP,BLPOP {a}none 0.01,PING",
];

describe.skipIf(reasonToSkip("redis-server") !== null)("CLIENT REPLY", () => {
  for (const shards of [1, 3]) {
    test(`silences what it does with one server alone, over ${shards}`, async () => {
      await using twin = await RedisTwin.start(shards);
      for (const life of LIVES) await twin.same([...life.split(",").map((line) => line.split(" ")), AUDIBLE]);
      const random = new Random(`reply mode ${shards}`);
      for (let round = 0; round < 40; round++) {
        const make = () => random.pick(LIVES).split(",");
        const commands = Array.from({ length: 8 }, () => random.pick(make()).split(" "));
        await twin.same(
          [...commands.filter(([name]) => name !== "MULTI" && name !== "BLPOP"), AUDIBLE],
          random,
        );
      }
      await untilQuiet(twin.fleet.proxy);
    }, 30_000);
  }

  test("silences replies, not what a subscriber hears", async () => {
    await using twin = await RedisTwin.start(1);
    const server = twin.fleet.servers[0]!;
    using client = await twin.fleet.connect();
    client.write(pipeline([["HELLO", "3"], ["SUBSCRIBE", "c"]]));
    await client.readReplies(2);
    client.write(pipeline([["CLIENT", "REPLY", "OFF"], ["SET", "k", "silent"]]));
    await eventually("it is silent", async () => await server.command("GET", "k") === "silent");
    expect(await server.command("PUBLISH", "c", "hello")).toBe(1);
    expect(await client.readReplies(1)).toEqual([new RespPush(["message", "c", "hello"])]);
    client.write(pipeline([["CLIENT", "REPLY", "ON"], ["PING"]]));
    expect(await client.readReplies(2)).toEqual(["OK", "PONG"]);
  });

  test("silences no confirmation of a subscription, and does with errors what Redis does", async () => {
    await using twin = await RedisTwin.start(1);
    for (const mode of ["OFF", "SKIP"]) {
      await twin.same([
        ["CLIENT", "REPLY", mode],
        ["SUBSCRIBE", "a", "b"],
        ["CLIENT", "REPLY", mode],
        ["UNSUBSCRIBE", "a", "b"],
        ["CLIENT", "REPLY", mode],
        ["SUBSCRIBE"],
        ["GET", "k"],
        AUDIBLE,
      ]);
    }
  });

  test("drops large replies as they come, and holds none of them", async () => {
    await using twin = await RedisTwin.start(1);
    using client = await twin.fleet.connect();
    expect(await client.command("SET", "k", "x".repeat(3_000_000))).toBe("OK");
    const gets = Array.from({ length: 50 }, () => ["GET", "k"]);
    client.write(pipeline([["CLIENT", "REPLY", "OFF"], ...gets, ["CLIENT", "REPLY", "ON"], ["PING"]]));
    expect(await client.readReplies(2)).toEqual(["OK", "PONG"]);
    client.close();
    await untilQuiet(twin.fleet.proxy);
  });
});
