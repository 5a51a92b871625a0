/**
 * Over one server, commands about all keys are answered byte for byte as that server answers them: each is asked of
 * the server itself and through the proxy. All of them may be asked twice without a difference.
 */
import { expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import type { Argument } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { sha1 } from "../support/sha1.ts";
import { Fleet } from "./fleet.ts";

const STEPS = 1500;
const SCRIPTS = ["return 1", "return {KEYS[1], 2}", "return redis.error_reply('MINE no')", "no lua"];
const LIBRARY = "#!lua name=lib\nredis.register_function('f', function(keys) return #keys end)";

function randomCommand(random: Random): Argument[] {
  const key = () => `k${random.integer(0, 40)}`;
  const script = () => random.pick(SCRIPTS);
  const sha = () => sha1(script());
  const sometimes = (...words: string[]) => random.next() < 0.2 ? words : [];
  const make: (() => Argument[])[] = [
    () => ["SET", key(), "v"],
    () => ["SET", key(), "v", "EX", "1000"],
    () => ["DBSIZE", ...sometimes("x")],
    () => ["KEYS", random.pick(["*", "k1*", "k[2-3]?", "nosuch", "k\\1", "[", ""])],
    () => ["KEYS"],
    () => [
      random.pick(["FLUSHALL", "FLUSHDB"]),
      ...sometimes("ASYNC"),
      ...sometimes("SYNC"),
      ...sometimes("NOW"),
    ],
    () => ["SCRIPT", "LOAD", script()],
    () => ["SCRIPT", "EXISTS", sha(), sha()],
    () => ["SCRIPT", "FLUSH", ...sometimes("SYNC"), ...sometimes("x")],
    () => ["SCRIPT", random.pick(["KILL", "NOSUCH", "EXISTS", "LOAD", "HELP"])],
    () => ["EVALSHA", sha(), 1, key(), ...sometimes("arg")],
    () => ["EVALSHA_RO", sha(), random.pick(["0", "1", "2", "-1", "x"]), key()],
    () => ["EVAL", script(), 1, key()],
    () => ["FUNCTION", "LOAD", "REPLACE", LIBRARY],
    () => ["FUNCTION", random.pick(["LIST", "DUMP", "STATS", "KILL", "FLUSH", "NOSUCH", "DELETE", "HELP"])],
    () => ["FUNCTION", "LIST", ...sometimes("WITHCODE"), ...sometimes("LIBRARYNAME", "l*")],
    () => ["FCALL", random.pick(["f", "g"]), 1, key()],
    () => ["CONFIG", "GET", random.pick(["hz", "max*", "nosuch", "save"]), ...sometimes("hz")],
    () => ["CONFIG", "SET", random.pick(["hz", "nosuch"]), "10", ...sometimes("hz")],
    () => ["CONFIG", random.pick(["RESETSTAT", "REWRITE", "NOSUCH", "GET", "HELP"])],
    () => ["MEMORY", random.pick(["PURGE", "NOSUCH", "HELP", "USAGE"])],
    () => ["MEMORY", "USAGE", key(), ...sometimes("SAMPLES", "0")],
    () => ["LATENCY", random.pick(["LATEST", "RESET", "DOCTOR", "NOSUCH", "HISTORY", "HELP"])],
    () => ["LATENCY", "HISTORY", "command"],
    () => ["LASTSAVE", ...sometimes("x")],
    () => ["OBJECT", random.pick(["ENCODING", "REFCOUNT", "FREQ", "NOSUCH"]), key()],
    () => [
      "SORT",
      `l${random.integer(0, 2)}`,
      ...sometimes("BY", "w*"),
      ...sometimes("GET", "k*", "GET", "#"),
    ],
    () => ["CLUSTER", random.pick(["INFO", "SLOTS", "NODES", "MYID", "NOSUCH", "KEYSLOT"])],
    () => ["SCAN", "0", random.pick(["COUNT", "TYPE", "MATCH", "x"]), random.pick(["0", "-1", "x"]), "y"],
    () => ["RANDOMKEY", "x"],
  ];
  return random.pick(make)();
}

test.skipIf(reasonToSkip("redis-server") !== null)("one server says the same through the proxy", async () => {
  await using fleet = await Fleet.start([await RedisServer.start()], { options: { admin_commands: true } });
  const [server] = fleet.servers;
  for (const i of [0, 1]) await server!.command("RPUSH", `l${i}`, 3, 1, 2);
  using alone = await RawClient.connect(server!.endpoint);
  using proxied = await fleet.connect();
  const random = new Random("keyspace differential");
  for (let step = 0; step < STEPS; step++) {
    const request = randomCommand(random);
    alone.send(...request);
    const expected = (await alone.readRawReply()).toString("latin1");
    proxied.send(...request);
    const actual = (await proxied.readRawReply()).toString("latin1");
    expect({ request, reply: actual }).toEqual({ request, reply: expected });
  }
}, 20_000);
