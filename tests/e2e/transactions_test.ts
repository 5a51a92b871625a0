/** MULTI, EXEC and DISCARD through the proxy, beside a server alone, over one and several servers, and with faults. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber, untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";
import { RedisTwin } from "./redis_twin.ts";

const skip = reasonToSkip("redis-server") !== null;
const ABORTED = new RespError("EXECABORT Transaction discarded because of previous errors.");
const CROSSSLOT = new RespError("CROSSSLOT Keys of a transaction don't live on the same server");

/** One connection's life per line; commands are separated by commas. */
const LIVES = [
  "MULTI,EXEC",
  "MULTI,SET {a}1 x,INCR {a}2,GET {a}1,EXEC,GET {a}1",
  "MULTI,MULTI,SET {a}1 y,EXEC",
  "EXEC,DISCARD,MULTI,DISCARD,DISCARD,EXEC",
  "MULTI,SET {a}1 z,DISCARD,GET {a}1",
  "MULTI,GET,EXEC,EXEC",
  "MULTI,SET {a}1 never,NOSUCHCOMMAND,SET {a}1 never,EXEC,GET {a}1",
  "MULTI,CONFIG NOSUCH,EXEC",
  "MULTI,SET {a}1 never,EXEC 1,EXEC,GET {a}1",
  "MULTI,DISCARD 1,EXEC",
  "MULTI 1,MULTI,MULTI 2,EXEC",
  "MULTI,LPUSH {a}1 x,INCR {a}3,EXEC,GET {a}3",
  "MULTI,MSET {a}1 a {a}2,EXEC",
  "MULTI,MSET {a}1 a {a}2 b,MGET {a}1 {a}2 {a}3,DEL {a}1 {a}2,EXISTS {a}1,EXEC",
  "MULTI,EVAL return{KEYS[1]..ARGV[1]} 1 {a}1 x,EVAL return{} 9 {a}1,EVAL return{} x,EXEC",
  "MULTI,PING,ECHO hello,EXEC,PING",
  "MULTI,SAVE,EXEC",
  "MULTI,SET {a}1 never,RESET,EXEC,GET {a}1",
  "MULTI,SET {a}1 never,QUIT,EXEC",
  "MULTI,UNWATCH,BLPOP {a}l 0,BRPOPLPUSH {a}l {a}m 0,WAIT 0 0,EXEC",
  "MULTI,WATCH {a}1,SET {a}1 w,EXEC",
  "WATCH {a}1 {a}2,MULTI,SET {a}1 watched,EXEC,GET {a}1",
  "WATCH {a}1,SET {a}1 mine,MULTI,SET {a}1 never,EXEC,GET {a}1",
  "WATCH {a}1,SET {a}1 mine,MULTI,EXEC,MULTI,EXEC",
  "WATCH {a}1,SET {a}1 mine,UNWATCH,MULTI,GET {a}1,EXEC",
  "WATCH {a}1,SET {a}1 mine,MULTI,DISCARD,MULTI,GET {a}1,EXEC",
  "WATCH {a}1,SET {a}1 mine,MULTI,GET,EXEC,MULTI,GET {a}1,EXEC",
  "WATCH {a}1,WATCH {a}2,SET {a}2 x,MULTI,GET {a}1,EXEC,WATCH {a}2,MULTI,GET {a}1,EXEC",
  "WATCH {a}1,SET {a}1 x,RESET,MULTI,GET {a}1,EXEC",
  "WATCH {a}1,MGET {a}1 {a}2 {a}3,MULTI,PING,EXEC",
  "WATCH,UNWATCH,UNWATCH 1,EXEC",
  "WATCH {a}1,BLPOP {a}none 0.01,SET {a}1 y,MULTI,PING,EXEC",
  "MULTI,XREAD BLOCK 0 STREAMS {a}s $,EXEC",
  "SET {a}1 1,MULTI,INCR {a}1,EXEC,INCR {a}1,MULTI,INCR {a}1,INCR {a}1,EXEC,GET {a}1",
];

describe.skipIf(skip)("a transaction", () => {
  for (const shards of [1, 3]) {
    test(`reads as with one server alone when its keys have one tag, over ${shards}`, async () => {
      await using twin = await RedisTwin.start(shards);
      for (const life of LIVES) await twin.same(life.split(",").map((line) => line.split(" ")));
      await untilQuiet(twin.fleet.proxy);
    });

    test(`reads as with one server alone in random pipelines in pieces, over ${shards}`, async () => {
      await using twin = await RedisTwin.start(shards);
      const random = new Random(`transactions ${shards}`);
      for (let round = 0; round < 60; round++) {
        await twin.same(Array.from({ length: random.integer(1, 120) }, () => randomCommand(random)), random);
      }
      await untilQuiet(twin.fleet.proxy);
    }, 60_000);
  }

  test("is refused when its keys live on several servers, at the command that tells", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2));
    using client = await fleet.connect();
    client.write(
      pipeline([["MULTI"], ["SET", fleet.keyOn(0), "v"], ["SET", fleet.keyOn(1), "v"], ["PING"], ["EXEC"]]),
    );
    expect(await client.readReplies(5)).toEqual(["OK", "QUEUED", CROSSSLOT, "QUEUED", ABORTED]);
    client.write(
      pipeline([["MULTI"], ["MGET", fleet.keyOn(0), fleet.keyOn(1)], ["EXEC"], ["GET", fleet.keyOn(0)]]),
    );
    expect(await client.readReplies(4)).toEqual(["OK", CROSSSLOT, ABORTED, null]);
  });

  test("is refused what would change the connection, by name, and the lane it shares stays clean", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1));
    using client = await fleet.connect();
    const refused = [
      "SELECT 1",
      "AUTH x",
      "HELLO 2",
      "CLIENT REPLY OFF",
      "SUBSCRIBE c",

      "CLIENT TRACKING ON",
      "INFO",
    ];
    for (const line of refused) {
      const words = line.split(" ");
      client.write(pipeline([["MULTI"], words, ["EXEC"]]));
      const [begun, fault, executed] = await client.readReplies(3);
      expect([line, begun, executed]).toEqual([line, "OK", ABORTED]);
      expect([line, (fault as RespError).message]).toEqual([
        line,
        expect.stringContaining(`ERR ${words[0]}`),
      ]);
    }
    expect(await client.command("PING")).toBe("PONG");
  });

  test("is limited to max_request, and what it holds is counted until it is over", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1), {
      options: { max_request: 100_000, max_bulk: 50_000 },
    });
    using client = await fleet.connect();
    const value = "x".repeat(40_000);
    client.write(pipeline([["MULTI"], ["SET", "a", value], ["SET", "b", value]]));
    expect(await client.readReplies(3)).toEqual(["OK", "QUEUED", "QUEUED"]);
    expect(await infoNumber(fleet.proxy, "bytes_in_flight")).toBeGreaterThan(80_000);
    const [fault, queued, executed] =
      (client.write(pipeline([["SET", "c", value], ["PING"], ["EXEC"]])), await client.readReplies(3));
    expect([(fault as RespError).message, queued, executed]).toEqual([
      expect.stringContaining("max_request, 100000 bytes"),
      "QUEUED",
      ABORTED,
    ]);
    client.send("MULTI");
    client.send("SET", "a", value);
    expect(await client.readReplies(2)).toEqual(["OK", "QUEUED"]);
    client.reset();
    await untilQuiet(fleet.proxy);
  });

  test("fails once when its server dies in the middle, and its neighbours with it", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2));
    const [here, there] = [fleet.keyOn(0), fleet.keyOn(1)];
    using client = await fleet.connect();
    expect(await client.command("SET", here, "1")).toBe("OK");
    await fleet.servers[0]!.freeze();
    client.write(
      pipeline([["MULTI"], ["INCR", here], ["INCR", here], ["EXEC"], ["GET", here], ["GET", there]]),
    );
    expect(await client.readReplies(3)).toEqual(["OK", "QUEUED", "QUEUED"]);
    await fleet.servers[0]!.kill();
    const [executed, read, other] = await client.readReplies(3);
    expect([executed, read]).toEqual([expect.any(RespError), expect.any(RespError)]);
    expect(other).toBeNull();
    client.close();
    await untilQuiet(fleet.proxy);
  });

  test("that takes too long is answered once, and its late replies are nobody's", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1), { options: { timeout: 200 } });
    using client = await fleet.connect();
    expect(await client.command("SET", "n", "1")).toBe("OK");
    await fleet.servers[0]!.freeze();
    client.write(pipeline([["MULTI"], ["INCR", "n"], ["INCR", "n"], ["EXEC"]]));
    const replies = await client.readReplies(4);
    expect(replies).toEqual(["OK", "QUEUED", "QUEUED", new RespError("ERR Connection timed out")]);
    fleet.servers[0]!.thaw();
    // It did run, which nobody could know.
    await eventually("the server is heard again", async () => await client.command("GET", "n") === "3");
  });
});

function randomCommand(random: Random): Argument[] {
  const key = () => `{t}${random.integer(0, 9)}`;
  const value = () =>
    Buffer.alloc(random.integer(0, random.next() < 0.9 ? 60 : 70_000), random.integer(97, 122));
  const waiting: (() => Argument[])[] = [
    () => ["BLPOP", "{t}list", "0.001"],
    () => ["BRPOPLPUSH", "{t}list", "{t}list2", "0.001"],
    () => ["BLMPOP", "0.001", "2", "{t}list2", "{t}list", "LEFT"],
    () => ["BZPOPMIN", "{t}zset", "{t}list3", "0.001"],
    () => ["XREAD", "BLOCK", "1", "STREAMS", "{t}stream", "$"],
  ];
  const make: (() => Argument[])[] = [
    ...Array.from({ length: 3 }, () => () => ["MULTI"]),
    ...Array.from({ length: 5 }, () => () => ["EXEC"]),
    () => ["DISCARD"],
    () => ["SET", key(), value()],
    () => ["SET", key(), value()],
    () => ["GET", key()],
    () => ["INCR", key()],
    () => ["MSET", key(), value(), key(), value()],
    () => ["MGET", key(), key(), key()],
    () => ["DEL", key(), key()],
    () => ["APPEND", key(), value()],
    () => ["RPUSH", "{t}list", value()],
    () => ["LRANGE", "{t}list", "0", "-1"],
    () => ["PING"],
    () => ["WATCH", key()],
    () => ["WATCH", key(), key()],
    () => ["UNWATCH"],
    () => ["XADD", "{t}stream", `${random.integer(1, 9)}-*`, "f", "v"],
    ...random.next() < 0.1 ? [() => ["GET"], () => ["NOSUCHCOMMAND"]] : [],
  ];
  // Servers look only now and then who has waited long enough.
  if (random.next() < 0.01) make.splice(0, make.length, ...waiting);
  return random.pick(make)();
}
