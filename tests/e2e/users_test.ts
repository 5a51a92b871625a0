/** Users of a pool: who gets in, what each may do, and who the proxy is at the servers. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;

const NOAUTH = new RespError("NOAUTH Authentication required.");
const WRONG = new RespError("WRONGPASS invalid username-password pair or user is disabled.");
const KEY_DENIED = new RespError(
  "NOPERM this user has no permissions to access one of the keys used as arguments",
);

function denied(command: string): RespError {
  return new RespError(`NOPERM this user has no permissions to run the '${command}' command`);
}

function hash(password: string): string {
  return `#${createHash("sha256").update(password).digest("hex")}`;
}

const USERS = {
  app: `on ${hash("app-secret")} ${hash("app-old")} ~app:* %R~shared:* +@all -@dangerous`,
  reader: `on ${hash("reader-secret")} ~* +@read +@connection`,
  ops: `on ${hash("ops-secret")} ~* +@all`,
  gone: `off ${hash("gone-secret")} ~* +@all`,
};

let fleet: Fleet<RedisServer>;

async function login(user: string, at: Fleet<RedisServer> = fleet): Promise<RawClient> {
  const client = await at.connect();
  expect(await client.command("AUTH", user, `${user}-secret`)).toBe("OK");
  return client;
}

describe.skipIf(skip)("a pool with users", () => {
  beforeAll(async () => {
    fleet = await Fleet.start(await RedisServer.startMany(2), {
      options: { users: USERS, hash_tag: "{}" },
    });
  });
  afterAll(async () => await fleet[Symbol.asyncDispose]());

  test("lets nobody in without a name and a password", async () => {
    using client = await fleet.connect();
    expect(await client.command("GET", "a")).toEqual(NOAUTH);
    expect(await client.command("AUTH", "app-secret")).toEqual(WRONG);
    expect(await client.command("AUTH", "app", "reader-secret")).toEqual(WRONG);
    expect(await client.command("AUTH", "gone", "gone-secret")).toEqual(WRONG);
    expect(await client.command("AUTH", "nobody", "app-secret")).toEqual(WRONG);
    expect(await client.command("AUTH", "default", "")).toEqual(WRONG);
    expect(await client.command("GET", "a")).toEqual(NOAUTH);
    expect(await client.command("AUTH", "app", "app-old")).toBe("OK");
    expect(await client.command("ACL", "WHOAMI")).toBe("app");
    expect(await client.command("RESET")).toBe("RESET");
    expect(await client.command("GET", "app:1")).toEqual(NOAUTH);
    expect(await client.command("HELLO", "2", "AUTH", "reader", "wrong")).toEqual(WRONG);
    expect(await client.command("HELLO", "2", "AUTH", "reader", "reader-secret")).toContain("proto");
    expect(await client.command("ACL", "WHOAMI")).toEqual(denied("acl|whoami"));
  });

  test("keeps a user to its keys, the last of many too, and to what it may do with them", async () => {
    using client = await login("app");
    expect(await client.command("SET", "app:1", "x")).toBe("OK");
    expect(await client.command("GET", "app:1")).toBe("x");
    expect(await client.command("GET", "other")).toEqual(KEY_DENIED);
    expect(await client.command("GET", "shared:1")).toBeNull();
    expect(await client.command("SET", "shared:1", "x")).toEqual(KEY_DENIED);
    expect(await client.command("SET", "shared:1", "x", "GET")).toEqual(KEY_DENIED);
    expect(await client.command("MGET", "app:1", "shared:1", "app:2")).toEqual(["x", null, null]);
    expect(await client.command("MGET", "app:1", "other")).toEqual(KEY_DENIED);
    expect(await client.command("MSET", "app:1", "y", "other", "y")).toEqual(KEY_DENIED);
    expect(await client.command("DEL", "app:1", "shared:1")).toEqual(KEY_DENIED);
    expect(await client.command("COPY", "shared:{a}", "app:{a}")).toBe(0);
    expect(await client.command("COPY", "app:{a}", "shared:{a}")).toEqual(KEY_DENIED);
    expect(await client.command("XREAD", "STREAMS", "app:s", "other", "0", "0")).toEqual(KEY_DENIED);
    expect(await client.command("OBJECT", "ENCODING", "other")).toEqual(KEY_DENIED);
    expect(await client.command("GET", "app:1")).toBe("x");
  });

  test("keeps a user to its commands", async () => {
    using reader = await login("reader");
    expect(await reader.command("GET", "anything")).toBeNull();
    expect(await reader.command("SET", "anything", "x")).toEqual(denied("set"));
    expect(await reader.command("MSET", "a", "1", "b", "2")).toEqual(denied("mset"));
    expect(await reader.command("PING")).toBe("PONG");
    expect(await reader.command("INFO")).toEqual(denied("info"));
    using app = await login("app");
    expect(await app.command("INFO")).toEqual(denied("info"));
    expect(await app.command("SORT", "app:l", "BY", "w_*")).toEqual(denied("sort"));
    expect(await app.command("GET")).toEqual(
      new RespError("ERR wrong number of arguments for 'get' command"),
    );
  });

  test("lets no user run scripts whose rules don't name them, since nobody sees what they do", async () => {
    using client = await login("app");
    const reply = await client.command("EVAL", "return redis.call('GET', 'other')", "1", "app:1");
    expect(String((reply as RespError).message)).toStartWith("NOPERM scripts can do more than this user may");
    using ops = await login("ops");
    expect(await ops.command("EVAL", "return KEYS[1]", "1", "app:1")).toBe("app:1");
  });

  test("judges every request of a pipeline by who sent it, in order", async () => {
    using client = await fleet.connect();
    client.send("GET", "app:1");
    client.send("AUTH", "app", "app-secret");
    for (let i = 0; i < 200; i++) client.send("SET", i % 2 === 0 ? `app:${i}` : `no:${i}`, "1");
    client.send("AUTH", "reader", "reader-secret");
    client.send("SET", "app:1", "1");
    const replies = await client.readReplies(204);
    const wanted = Array.from({ length: 200 }, (_, i) => i % 2 === 0 ? "OK" : KEY_DENIED);
    expect(replies).toEqual([NOAUTH, "OK", ...wanted, "OK", denied("set")] as typeof replies);
  });

  test("shows ioredis in by its options", async () => {
    const redis = new Redis({
      port: fleet.proxy.port,
      username: "app",
      password: "app-secret",
      lazyConnect: true,
    });
    redis.on("error", () => {});
    await redis.connect();
    expect(await redis.set("app:io", "1")).toBe("OK");
    expect(await redis.get("nope").catch((error: Error) => error.message)).toStartWith("NOPERM ");
    await redis.quit();
  });

  test("says who there is and what they may do, but no hash of a password", async () => {
    using client = await login("ops");
    expect(await client.command("ACL", "USERS")).toEqual(["app", "default", "gone", "ops", "reader"]);
    const list = await client.command("ACL", "LIST") as string[];
    expect(list[0]).toBe("user app on #(hidden) #(hidden) ~app:* %R~shared:* +@all -@dangerous");
    expect(list[1]).toBe("user default off");
    expect(await client.command("ACL", "GETUSER", "nobody")).toBeNull();
    expect(await client.command("ACL", "GETUSER", "app")).toContain(list[0]!.slice("user app ".length));
    expect(await client.command("ACL", "CAT", "scripting")).toContain("eval");
    expect(await client.command("ACL", "DRYRUN", "app", "GET", "app:1")).toBe("OK");
    expect(await client.command("ACL", "DRYRUN", "app", "GET", "x")).toStartWith(
      "This user has no permissions",
    );
    const reply = await client.command("ACL", "SETUSER", "eve", "on") as RespError;
    expect(reply.message).toContain("`users`");
    using app = await login("app");
    expect(await app.command("ACL", "LIST")).toEqual(denied("acl|list"));
  });

  test("slows down who tries passwords, and lets others and old mistakes be", async () => {
    using client = await fleet.connect();
    const tries = async (user: string, passwords: readonly string[]) => {
      for (const each of passwords) client.send("AUTH", user, each);
      return await client.readReplies(passwords.length);
    };
    const same = await tries("reader", Array.from({ length: 40 }, () => "an old password"));
    expect(same.every((reply) => Bun.deepEquals(reply, WRONG))).toBeTrue();
    expect(await tries("reader", ["reader-secret"])).toEqual(["OK"]);
    const guesses = await tries("app", Array.from({ length: 40 }, (_, i) => `guess ${i}`));
    expect(guesses.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => WRONG));
    const refused = guesses.at(-1) as RespError;
    expect(refused.message).toMatch(
      /^ERR too many wrong passwords from your address, try again in \d+ seconds$/,
    );
    // Even the right one, or guessing would go on.
    expect((await tries("app", ["app-secret"]))[0]).toBeInstanceOf(RespError);
    expect(await tries("reader", ["reader-secret"])).toEqual(["OK"]);
    await eventually("the pause is over", async () => (await tries("app", ["app-secret"]))[0] === "OK");
    expect(fleet.logged("login.denied").some((line) => line.includes("user=app"))).toBeTrue();
    expect(fleet.logged("login.denied").length).toBeLessThan(20);
  });
});

describe.skipIf(skip)("the default user", () => {
  test("is redis_auth's beside other users", async () => {
    const servers = [await RedisServer.start({ password: "shared" })];
    await using both = await Fleet.start(servers, { options: { redis_auth: "shared", users: USERS } });
    using client = await both.connect();
    expect(await client.command("AUTH", "shared")).toBe("OK");
    expect(await client.command("SET", "anything", "1")).toBe("OK");
    using app = await login("app", both);
    expect(await app.command("SET", "anything", "1")).toEqual(KEY_DENIED);
  });

  test("has the rules of its entry in users, and needs no login with nopass", async () => {
    const users = { default: "on nopass %R~* +@read +@connection", app: USERS.app };
    await using open = await Fleet.start([await RedisServer.start()], { options: { users } });
    using client = await open.connect();
    expect(await client.command("GET", "a")).toBeNull();
    expect(await client.command("SET", "a", "1")).toEqual(denied("set"));
    expect(await client.command("AUTH", "app", "app-secret")).toBe("OK");
    expect(await client.command("SET", "app:a", "1")).toBe("OK");
    expect(await client.command("RESET")).toBe("RESET");
    expect(await client.command("SET", "app:a", "1")).toEqual(denied("set"));
  });
});

describe.skipIf(skip)("backend_auth", () => {
  test("is who the proxy is at the servers, whoever its clients are", async () => {
    const server = await RedisServer.start();
    await server.command("ACL", "SETUSER", "proxy", "on", ">backend-secret", "~*", "+@all");
    await server.command("ACL", "SETUSER", "default", "off");
    const options = {
      redis_auth: "front",
      redis_db: 2,
      backend_auth: { user: "proxy", password: "backend-secret" },
    };
    await using front = await Fleet.start([server], { options });
    using client = await front.connect();
    expect(await client.command("AUTH", "front")).toBe("OK");
    expect(await client.command("SET", "a", "1")).toBe("OK");
    expect(await client.command("AUTH", "proxy", "backend-secret")).toEqual(WRONG);
    expect(front.proxy.log).not.toContain("backend-secret");
  });

  test("is all there is with an open front", async () => {
    const server = await RedisServer.start({ password: "backend-secret" });
    await using front = await Fleet.start([server], {
      options: { backend_auth: { password: "backend-secret" } },
    });
    using client = await front.connect();
    expect(await client.command("SET", "a", "1")).toBe("OK");
  });
});

describe.skipIf(skip)("a reload", () => {
  test("changes what users may do at once, and sends away those that are gone", async () => {
    await using live = await Fleet.start([await RedisServer.start()], { options: { users: USERS } });
    using app = await login("app", live);
    using reader = await login("reader", live);
    expect(await app.command("SET", "app:1", "1")).toBe("OK");
    const before = await Bun.file(live.proxy.configFile).text();
    const after = before.replace("%R~shared:*", "~shared:*").replace(/"reader":"on/, '"reader":"off');
    expect(after).not.toBe(before);
    writeFileSync(live.proxy.configFile, after);
    live.proxy.signal("SIGHUP");
    await eventually("it may write", async () => await app.command("SET", "shared:1", "1") === "OK");
    expect((await reader.readUntilClose()).length).toBe(0);
    expect(live.logged("client.closed")[0]).toContain("user reader may not be here any more");
    expect(await app.command("SET", "other", "1")).toEqual(KEY_DENIED);
  });
});
