/** MOVE, COPY with DB and SWAPDB, beside a server alone: what names databases means the same to both. */
import { describe, expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import type { RespError } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";
import { RedisTwin } from "./redis_twin.ts";

/** One connection's life per line; commands are separated by commas. */
const LIVES = [
  "SET {a}1 v,MOVE {a}1 2,GET {a}1,SELECT 2,GET {a}1,MOVE {a}1 0,MOVE {a}1 0,SELECT 0,GET {a}1",
  "SET {a}1 v,MOVE {a}1 0,MOVE {a}1 13,MOVE {a}1 -1,MOVE {a}1 x,MOVE {a}1 01,MOVE {a}1 99999999999,MOVE {a}1",
  "SELECT 1,SET {a}2 w,COPY {a}2 {a}3,COPY {a}2 {a}2 DB 3,COPY {a}2 {a}2 DB 3,COPY {a}2 {a}2 DB 3 REPLACE",
  "SELECT 3,GET {a}2,COPY {a}2 {a}2,COPY {a}2 {a}2 DB 3,COPY {a}2 {a}4 db 12,SELECT 12,GET {a}4",
  "COPY {a}2 {a}3 DB,COPY {a}2 {a}3 DB 13,COPY {a}2 {a}3 DB x,COPY {a}2 {a}3 DB -1,COPY {a}2 {a}3 NO 1",
  "SELECT 5,MULTI,SET {a}5 v,MOVE {a}5 6,COPY {a}5 {a}6 DB 7,SET {a}5 w,COPY {a}5 {a}6 DB 7,EXEC,GET {a}5",
  "MULTI,SET {a}5 never,MOVE {a}5 13,EXEC,GET {a}5,SELECT 7,GET {a}6,SELECT 6,GET {a}5",
  "MULTI,SET {a}5 never,COPY {a}5 {a}6 DB x,EXEC,GET {a}5",
  "SELECT 4,SET {a}7 v,WATCH {a}7,MOVE {a}7 5,MULTI,GET {a}7,EXEC",
  "SELECT 0,SET {a}8 v,MOVE {a}8 1,SELECT 1,GET {a}8,MOVE {a}8 0,SELECT 0,GET {a}8,DEL {a}8,SELECT 1,GET {a}8",
];

/** As the others, of the pool of one server. */
const SWAPS = [
  "SET {a}1 v,SWAPDB 0 3,GET {a}1,SELECT 3,GET {a}1,SWAPDB 3 0,GET {a}1,SELECT 0,GET {a}1",
  "SWAPDB x 0,SWAPDB 0 x,SWAPDB 0 13,SWAPDB 13 0,SWAPDB -1 0,SWAPDB 99999999999 0,SWAPDB 0,SWAPDB 2 2",
  "SELECT 8,SET {a}1 w,MULTI,SWAPDB 8 9,GET {a}1,SWAPDB 13 0,EXEC,MULTI,SWAPDB 8 9,EXEC,GET {a}1",
];

describe.skipIf(reasonToSkip("redis-server") !== null)("commands that name databases", () => {
  for (const shards of [1, 3]) {
    for (const redisDb of [0, 3]) {
      test(`read as with one server over ${shards}, the first database being the servers' ${redisDb}`, async () => {
        const args = ["--databases", "13"];
        await using twin = await RedisTwin.start(shards, {
          args,
          options: { databases: 13, redis_db: redisDb },
        });
        for (const version of [2, 3] as const) {
          const random = new Random(`databases ${shards} ${redisDb} ${version}`);
          await twin.clear();
          for (const life of shards === 1 ? [...LIVES, ...SWAPS] : LIVES) {
            await twin.same(life.split(",").map((line) => line.split(" ")), random, version);
          }
          for (let round = 0; round < 10; round++) await twin.same(randomLife(random), random, version);
        }
      });
    }
  }

  test("are SWAPDB's on all servers or none: refused by a pool of several, which keeps what it has", async () => {
    const options = { databases: 3, admin_commands: true };
    await using fleet = await Fleet.start(await RedisServer.startMany(3), { options });
    using client = await fleet.connect();
    expect(await client.command("SET", "key", "value")).toBe("OK");
    for (const request of [["SWAPDB", 0, 1], ["MULTI"], ["SWAPDB", 0, 1]]) {
      const reply = await client.command(...request);
      if (request.length === 1) continue;
      expect((reply as RespError).message).toStartWith("ERR SWAPDB can't be done in one moment by 3 servers");
    }
    expect((await client.command("EXEC") as RespError).message).toStartWith("EXECABORT ");
    expect(await client.command("GET", "key")).toBe("value");
  });

  test("move a key on the server that has it, and copy none to another", async () => {
    const options = { databases: 3 };
    await using fleet = await Fleet.start(await RedisServer.startMany(3), { options });
    using client = await fleet.connect();
    for (let server = 0; server < 3; server++) {
      const key = fleet.keyOn(server);
      const there = fleet.servers[server]!;
      expect(await client.command("SET", key, "value")).toBe("OK");
      expect(await client.command("MOVE", key, 2)).toBe(1);
      expect(await there.command("INFO", "keyspace")).toContain("db2:keys=1,");
      const far = fleet.keyOn((server + 1) % 3);
      expect((await client.command("COPY", key, far, "DB", 1) as RespError).message).toStartWith(
        "CROSSSLOT ",
      );
    }
  });
});

/** A pipeline of moves and copies of a few keys among a few databases. */
function randomLife(random: Random): string[][] {
  const key = () => `{a}${random.integer(1, 3)}`;
  const database = () => String(random.integer(0, 3));
  return Array.from({ length: 60 }, () => {
    const copies = ["COPY", key(), key(), "DB", database(), ...(random.integer(0, 1) ? ["REPLACE"] : [])];
    return random.pick([["SELECT", database()], ["SET", key(), database()], ["GET", key()], [
      "MOVE",
      key(),
      database(),
    ], copies]);
  });
}
