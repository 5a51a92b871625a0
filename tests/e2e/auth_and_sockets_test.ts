/** Passwords, databases and unix sockets, in every combination that nutcracker got wrong. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { statSync } from "node:fs";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

const password = "sekret";

describe.skipIf(reasonToSkip("redis-server") !== null)("redis_auth and redis_db together", () => {
  for (const unix of [false, true]) {
    test(`reach the database, password first, over ${unix ? "unix sockets" : "TCP"}`, async () => {
      await using server = await RedisServer.start({ unix, password });
      const options = { redis_auth: password, redis_db: 3 };
      await using proxy = await startSennit(
        poolConfig({ listen: await freePort(), servers: [server], options }),
      );
      using client = await proxy.connect();
      expect(await client.command("AUTH", password)).toBe("OK");
      expect(await client.command("SET", "a", "1")).toBe("OK");
      expect(await server.command("INFO", "keyspace")).toContain("db3:keys=1");
      expect(await server.command("INFO", "keyspace")).not.toContain("db0:");
    });
  }

  test("ask clients for the password, in either form", async () => {
    await using server = await RedisServer.start({ password });
    const options = { redis_auth: password };
    await using proxy = await startSennit(
      poolConfig({ listen: await freePort(), servers: [server], options }),
    );
    using client = await proxy.connect();
    expect(await client.command("GET", "a")).toEqual(new RespError("NOAUTH Authentication required."));
    expect(await client.command("PING")).toEqual(new RespError("NOAUTH Authentication required."));
    expect((await client.command("AUTH", "wrong") as RespError).message).toStartWith("WRONGPASS ");
    expect((await client.command("AUTH", "nobody", password) as RespError).message).toStartWith("WRONGPASS ");
    expect((await client.command("HELLO", "2") as RespError).message).toStartWith("NOAUTH ");
    expect(await client.command("AUTH", "default", password)).toBe("OK");
    expect(await client.command("GET", "a")).toBeNull();
    expect(await client.command("RESET")).toBe("RESET");
    expect(await client.command("GET", "a")).toEqual(new RespError("NOAUTH Authentication required."));
    expect(await client.command("HELLO", "2", "AUTH", "default", password)).toContain(
      "redis_version".slice(6),
    );
    client.write(`AUTH ${password}\r\nGET a\r\n`);
    expect(await client.readReplies(2)).toEqual(["OK", null]);
    expect(proxy.log).not.toContain(password);
  });

  test("keep strangers to small requests", async () => {
    await using server = await RedisServer.start({ password });
    const options = { redis_auth: password };
    await using proxy = await startSennit(
      poolConfig({ listen: await freePort(), servers: [server], options }),
    );
    using client = await proxy.connect();
    client.write("*11\r\n");
    expect((await client.readUntilClose()).toString()).toBe(
      "-ERR Protocol error: unauthenticated multibulk length\r\n",
    );
  });

  test("show a password that the server refuses in the error, not the password", async () => {
    await using server = await RedisServer.start({ password });
    const options = { redis_auth: "hush-hush" };
    await using proxy = await startSennit(
      poolConfig({ listen: await freePort(), servers: [server], options }),
    );
    using client = await proxy.connect();
    await client.command("AUTH", "hush-hush");
    const reply = await client.command("GET", "a") as RespError;
    expect(reply.message).toStartWith("ERR server refused AUTH: WRONGPASS");
    expect(proxy.log).toContain("server refused AUTH");
    expect(proxy.log).not.toContain("hush-hush");
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("a pool that listens on a unix socket", () => {
  test("sets its mode, replaces a stale file, and removes its own", async () => {
    await using server = await RedisServer.start();
    using dir = new TempDir();
    const path = join(dir.path, "pool.sock");
    const stale = Bun.listen({ unix: path, socket: { data() {} } });
    expect(stale.unix).toBe(path);
    Bun.spawnSync(["ln", path, `${path}.kept`]);
    stale.stop(true);
    Bun.spawnSync(["mv", `${path}.kept`, path]);
    const text = poolConfig({ listen: `${path} 0660`, servers: [server] });
    await using proxy = await startSennit(text);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    using client = await proxy.connect();
    expect(await client.command("SET", "a", "1")).toBe("OK");
    expect(await proxy.stop()).toBe(0);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});
