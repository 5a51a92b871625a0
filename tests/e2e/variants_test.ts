/** Sessions of RESP3 and of other databases: lanes of their own, made when somebody asks, in the order asked. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { FakeServer } from "../support/fake_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { bulk, pipeline, simple } from "../support/resp_encoder.ts";
import { RespError, RespPush } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

describe.skipIf(reasonToSkip("redis-server") !== null)("a session of another variant", () => {
  let fleet: Fleet<RedisServer>;

  beforeAll(async () => {
    fleet = await Fleet.start(await RedisServer.startMany(2), { options: { databases: 3 } });
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  /** What the proxy answers to a pipeline, to the byte. */
  async function answer(...commands: readonly string[][]): Promise<string> {
    using client = await fleet.connect();
    client.write(pipeline([...commands, ["QUIT"]]));
    return (await client.readUntilClose()).toString().replaceAll("\r\n", " ");
  }

  test("gets every type as the server sends it in RESP3", async () => {
    expect(
      await answer(
        ["HSET", "h", "f", "v"],
        ["SADD", "s", "m"],
        ["ZADD", "z", "1.5", "m"],
        ["HELLO", "3", "AUTH", "x"],
        ["HELLO", "2"],
        ["HGETALL", "h"],
      ),
    ).toContain("-ERR Syntax error in HELLO option 'AUTH' *16");
    const replies = await answer(
      ["HELLO", "3"],
      ["HGETALL", "h"],
      ["SMEMBERS", "s"],
      ["ZSCORE", "z", "m"],
      ["GET", "nothing"],
      ["MGET", "nothing", "nowhere", "a", "b", "c"],
      ["EVAL", "redis.setresp(3); return {map={d={double=2.5}}}", "0"],
      ["EVAL", "redis.setresp(3); return true", "0"],
      ["GET"],
    );
    expect(replies).toEndWith(
      "%1 $1 f $1 v ~1 $1 m ,1.5 _ *5 _ _ _ _ _ %1 $1 d ,2.5 #t " +
        "-ERR wrong number of arguments for 'get' command +OK ",
    );
    expect(replies).toStartWith("%8 $6 server $5 redis ");
  });

  test("has its requests on both sides of a switch answered in order and kind, in one pipeline", async () => {
    const commands: string[][] = [];
    for (let i = 0; i < 50; i++) {
      commands.push(["SELECT", String(i % 3)], ["SET", `key${i % 7}`, `value${i}`], ["GET", `key${i % 7}`]);
      commands.push(["HELLO", i % 2 === 0 ? "3" : "2"], ["GET", "nothing"]);
    }
    const replies = await answer(...commands);
    const kinds = replies.replaceAll(/[%*]\d+ \$6 server .*? \$14 sennit_version \$\d+ \S+ /g, "HELLO ");
    const expected = Array.from(
      { length: 50 },
      (_, i) => `+OK +OK $${`value${i}`.length} value${i} HELLO ${i % 2 === 0 ? "_" : "$-1"} `,
    );
    expect(kinds).toBe(expected.join("") + "+OK ");
  });

  test("keeps databases apart, and is told when there is none", async () => {
    expect(await answer(["SELECT", "1"], ["SET", "apart", "1"], ["SELECT", "2"], ["GET", "apart"]))
      .toBe("+OK +OK +OK $-1 +OK ");
    const errors = await answer(
      ["SELECT", "3"],
      ["SELECT", "-1"],
      ["SELECT", "x"],
      ["SELECT", "01"],
      ["SELECT", "99999999999"],
    );
    expect(errors).toBe(
      "-ERR DB index is out of range -ERR DB index is out of range -ERR value is not an integer or out of range " +
        "-ERR value is not an integer or out of range " +
        "-ERR value is out of range, value must between -2147483648 and 2147483647 +OK ",
    );
  });

  test("hears of scripts in its version, over several servers and one alone", async () => {
    expect(await answer(["HELLO", "3"], ["FUNCTION", "STATS"])).toContain(
      " %2 $14 running_script _ $7 engines %1 ",
    );
    expect(await answer(["FUNCTION", "STATS"])).toStartWith("*4 $14 running_script $-1 $7 engines *2 ");
    await using alone = await Fleet.start(await RedisServer.startMany(1));
    using client = await alone.connect();
    client.write(pipeline([["HELLO", "3"], ["FUNCTION", "STATS"], ["QUIT"]]));
    expect((await client.readUntilClose()).toString()).toContain("%2\r\n$14\r\nrunning_script\r\n_\r\n");
  });

  test("is back to the usual after RESET", async () => {
    using client = await fleet.connect();
    await client.command("HELLO", "3", "SETNAME", "me");
    await client.command("SELECT", "2");
    expect(await client.command("CLIENT", "INFO")).toMatch(/name=me .*db=2 .*resp=3/);
    expect(await client.command("RESET")).toBe("RESET");
    expect(await client.command("CLIENT", "INFO")).toMatch(/name= .*db=0 .*resp=2/);
    client.send("GET", "nothing");
    expect((await client.readRawReply()).toString()).toBe("$-1\r\n");
  });

  test("of RESP3 hears messages as pushes, and goes on asking", async () => {
    using client = await fleet.connect();
    using other = await fleet.connect();
    await client.command("HELLO", "3");
    client.send("SUBSCRIBE", "channel");
    expect((await client.readRawReply()).toString()).toBe(">3\r\n$9\r\nsubscribe\r\n$7\r\nchannel\r\n:1\r\n");
    client.send("GET", "nothing");
    expect((await client.readRawReply()).toString()).toBe("_\r\n");
    await other.command("PUBLISH", "channel", "text");
    expect(await client.readReply()).toEqual(new RespPush(["message", "channel", "text"]));
    client.send("UNSUBSCRIBE", "other");
    expect((await client.readRawReply()).toString()).toBe(
      ">3\r\n$11\r\nunsubscribe\r\n$5\r\nother\r\n:1\r\n",
    );
  });

  test("waits for a slow answer before it switches, and its client for it", async () => {
    using client = await fleet.connect();
    const slow = "local t = redis.call('TIME')[1]; for i = 1, 2000000 do t = t + 0 end; return {false}";
    client.write(pipeline([["EVAL", slow, "0"], ["HELLO", "3"], ["EVAL", "return {false}", "0"], ["QUIT"]]));
    const replies = (await client.readUntilClose()).toString().replaceAll("\r\n", " ");
    expect(replies).toStartWith("*1 $-1 %8 ");
    expect(replies).toEndWith("*1 _ +OK ");
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("lanes of RESP3", () => {
  test("log in, and select the database behind redis_db", async () => {
    const servers = await RedisServer.startMany(1, { password: "secret" });
    const options = { redis_auth: "secret", redis_db: 2, databases: 2 };
    await using fleet = await Fleet.start(servers, { options });
    using client = await fleet.connect();
    const refusal = await client.command("HELLO", "3") as RespError;
    expect(refusal.message).toStartWith("NOAUTH HELLO must be called with the client already authenticated");
    client.send("HELLO", "3", "AUTH", "default", "secret");
    expect((await client.readRawReply()).toString()).toStartWith("%8\r\n");
    expect(await client.command("SELECT", "1")).toBe("OK");
    expect(await client.command("SET", "key", "value")).toBe("OK");
    using direct = await RawClient.connect(servers[0]!.endpoint);
    await direct.command("AUTH", "secret");
    expect(await direct.command("SELECT", "3")).toBe("OK");
    expect(await direct.command("GET", "key")).toBe("value");
  });

  test("and databases that a server lacks cost nobody else the server", async () => {
    const servers = await RedisServer.startMany(1, { args: ["--databases", "2"] });
    const options = { databases: 5, auto_eject_hosts: true, server_failure_limit: 1 };
    await using fleet = await Fleet.start(servers, { options });
    using client = await fleet.connect();
    using other = await fleet.connect();
    expect(await client.command("SELECT", "4")).toBe("OK");
    for (let i = 0; i < 3; i++) {
      expect(await client.command("GET", "a"))
        .toEqual(new RespError("ERR server refused SELECT: ERR DB index is out of range"));
      expect(await other.command("GET", "a")).toBeNull();
    }
    expect(fleet.logged("server.ejected")).toEqual([]);
  });
});

test("HELLO 3 is refused by a pool with a server that is too old for it", async () => {
  const server = await FakeServer.start(([name], peer) =>
    peer.write(name === "INFO" ? bulk("redis_version:5.0.7\r\n") : simple("OK"))
  );
  await using fleet = await Fleet.start([server], {});
  using client = await fleet.connect();
  expect(await client.command("HELLO", "3")).toEqual(
    new RespError(
      "NOPROTO unsupported protocol version: a server of this pool is Redis 5.0.7, and RESP3 takes 6.0.0",
    ),
  );
  expect(await client.command("SET", "a", "b")).toBe("OK");
  expect(server.requests.map(([name]) => name)).not.toContain("HELLO");
});

test("a lane on which a push comes that nobody asked for is closed, and its requests fail", async () => {
  const server = await FakeServer.start(([name], peer) => {
    if (name === "INFO") peer.write(bulk("redis_version:7.0.15\r\n"));
    else if (name === "GET") peer.write(">2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n$5\r\nvalue\r\n");
    else peer.write(simple("OK"));
  });
  await using fleet = await Fleet.start([server], {});
  using client = await fleet.connect();
  await client.command("HELLO", "3");
  expect(await client.command("GET", "a"))
    .toEqual(new RespError("ERR the server sent a push that nobody asked for"));
  expect(await client.command("SET", "a", "b")).toBe("OK");
  expect(fleet.logged("server.failed").join()).toContain("a push that nobody asked for");
});
