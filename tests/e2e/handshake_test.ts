/** What the proxy answers itself, and what it refuses: one reply each, and the connection goes on. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";

let servers: RedisServer[];
let proxy: ProxyProcess;

beforeAll(async () => {
  servers = await RedisServer.startMany(2);
  proxy = await startSennit(poolConfig({ listen: await freePort(), servers, options: { hash: "murmur" } }));
});
afterAll(async () => {
  await proxy.stop();
  for (const server of servers) await server.stop();
});

const without = reasonToSkip("redis-server") !== null;

describe.skipIf(without)("the proxy answers", () => {
  const ANSWERS: readonly [readonly string[], unknown][] = [
    [["PING"], "PONG"],
    [["ping", "hello"], "hello"],
    [["ECHO", "a b"], "a b"],
    [["SELECT", "0"], "OK"],
    [["CLIENT", "GETNAME"], null],
    [["CLIENT", "SETNAME", "me"], "OK"],
    [["CLIENT", "GETNAME"], "me"],
    [["CLIENT", "SETINFO", "LIB-NAME", "lib"], "OK"],
    [["RESET"], "RESET"],
    [["CLIENT", "GETNAME"], null],
    [["COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"], ["a", "b"]],
    [["QUIT"], "OK"],
  ];

  test("commands about itself, in one pipeline", async () => {
    using client = await proxy.connect();
    for (const [command] of ANSWERS) client.send(...command);
    expect(await client.readReplies(ANSWERS.length)).toEqual(ANSWERS.map(([, answer]) => answer) as never);
    expect((await client.readUntilClose()).length).toBe(0);
  });

  test("HELLO and INFO with the servers' version", async () => {
    const info = String(await servers[0]!.command("INFO", "server"));
    const version = /redis_version:(\S+)/.exec(info)![1]!;
    using client = await proxy.connect();
    const hello = await client.command("HELLO", "2", "SETNAME", "me") as unknown[];
    expect(hello.slice(0, 6)).toEqual(["server", "redis", "version", version, "proto", 2]);
    expect(hello).toContain("sennit_version");
    expect(await client.command("CLIENT", "GETNAME")).toBe("me");
    expect(String(await client.command("INFO", "server"))).toContain(`redis_version:${version}\r\n`);
    expect(String(await client.command("INFO", "clients"))).not.toContain("redis_version");
  });
});

describe.skipIf(without)("the proxy refuses, and the connection goes on, when asked for", () => {
  const REFUSED: readonly [readonly string[], string][] = [
    [["NOSUCH", "a"], "ERR unknown command 'NOSUCH', with args beginning with: 'a' "],
    [["GET"], "ERR wrong number of arguments for 'get' command"],
    [["MSET", "a", "1", "b"], "ERR wrong number of arguments for 'mset' command"],
    [["CLIENT", "NOSUCH"], "ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP."],
    [["HELLO", "4"], "NOPROTO unsupported protocol version"],
    [["SELECT", "1"], "ERR DB index is out of range"],
    [["AUTH", "x"], "ERR AUTH <password> called without any password"],
    [["EVAL", "return 1", "-1"], "ERR Number of keys can't be negative"],
    [["EVAL", "return 1", "3", "a"], "ERR Number of keys can't be greater than number of args"],
    [["SUNION", ..."abcdefghijklmnopqrstuvwxyz"], "CROSSSLOT Keys in request don't live on the same server"],
    [["EXEC"], "ERR EXEC without MULTI"],
    [["MONITOR"], "NOPERM MONITOR "],
    [["SCAN", "x"], "ERR invalid cursor"],
    [["KEYS", "*"], "NOPERM KEYS "],
    [["FLUSHALL"], "NOPERM FLUSHALL "],
    [
      ["CLIENT", "NO-TOUCH", "ON"],
      "ERR CLIENT NO-TOUCH takes Redis 7.2.0, and a server of this pool is Redis 7.",
    ],
    [["CLIENT", "NO-EVICT", "ON"], "NOPERM CLIENT NO-EVICT "],
    [["CLIENT", "UNBLOCK", "1"], "NOPERM CLIENT UNBLOCK "],
    [["CLIENT", "TRACKING", "maybe"], "ERR syntax error"],
    [["SHUTDOWN"], "ERR SHUTDOWN "],
    [["CONFIG", "GET", "*"], "NOPERM CONFIG GET "],
  ];

  test.each(REFUSED)("%p", async (command, error) => {
    using client = await proxy.connect();
    client.send(...command);
    client.send("PING", "still here");
    const [refusal, pong] = await client.readReplies(2);
    expect(refusal).toBeInstanceOf(RespError);
    expect((refusal as RespError).message).toStartWith(error);
    expect(pong).toBe("still here");
  });
});
