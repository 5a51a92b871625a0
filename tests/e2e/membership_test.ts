/** Servers changed over HTTP: confirmed, put in force under traffic, kept over a restart, dropped when the file changes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { askAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { RedisServer } from "../support/redis_server.ts";
import { startSennit } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

const KEYS = Array.from({ length: 200 }, (_, i) => `key:${i}`);

let servers: RedisServer[] = [];
beforeAll(async () => {
  if (reasonToSkip("redis-server") === null) servers = await RedisServer.startMany(3);
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});

/** A pool of the first two servers, an admin endpoint, and a store that outlives the proxy's own folder. */
class Setup implements Disposable {
  readonly listen = freePort();
  readonly admin = freePort();
  readonly #dir = new TempDir();
  readonly store = this.#dir.file("state");

  config(names: readonly string[] = ["one", "two"]): string {
    const entries = names.map((name, i) => `      - ${servers[i]!.address}:1 ${name}`);
    return [
      `store: "file:${this.store}"`,
      `admin: { listen: "127.0.0.1:${this.admin}" }`,
      "pools:",
      "  main:",
      `    listen: 127.0.0.1:${this.listen}`,
      "    redis: true",
      "    hash: murmur",
      "    servers:",
      ...entries,
      "",
    ].join("\n");
  }

  [Symbol.dispose](): void {
    this.#dir.remove();
  }

  async start(): Promise<ProxyProcess> {
    const proxy = await startSennit(this.config());
    await eventually("it has started", () => proxy.log.includes(" started "));
    return proxy;
  }

  ask(method: string, path: string, body?: unknown) {
    return askAdmin(this.admin, `${method} ${path}`, body);
  }

  /** Names and states of the servers. */
  async servers(): Promise<string[]> {
    const { body } = await this.ask("GET", "/pools/main");
    return body.servers.map(({ id, state }: { id: string; state: string }) => `${id} ${state}`);
  }
}

/** Which servers hold some of the keys that are set now. */
async function holders(proxy: ProxyProcess): Promise<number[]> {
  for (const server of servers) await server.command("FLUSHALL");
  using client = await proxy.connect();
  for (const key of KEYS) client.send("SET", key, "v");
  expect(new Set(await client.readReplies(KEYS.length))).toEqual(new Set(["OK"]));
  const sizes = await Promise.all(servers.map((server) => server.command("DBSIZE")));
  return sizes.flatMap((size, i) => Number(size) > 0 ? [i] : []);
}

describe.skipIf(reasonToSkip("redis-server") !== null)("a server that is added over HTTP", () => {
  test(
    "needs the share of keys that move to be confirmed, takes keys, and is still there after a restart",
    async () => {
      using setup = new Setup();
      const entry = { server: `${servers[2]!.address}:1 three` };
      {
        await using proxy = await setup.start();
        expect(await holders(proxy)).toEqual([0, 1]);
        const refused = await setup.ask("POST", "/pools/main/servers", entry);
        expect([refused.status, refused.body.field]).toEqual([409, "confirm"]);
        expect(refused.body.share).toBeGreaterThan(0.2);
        expect(await holders(proxy)).toEqual([0, 1]);
        const changed = await setup.ask("POST", `/pools/main/servers?confirm=${refused.body.share}`, entry);
        expect(changed.status).toBeLessThan(300);
        expect(proxy.log).toContain(`membership.changed id=${changed.body.id} pool=main`);
        expect(await holders(proxy)).toEqual([0, 1, 2]);
        expect(await proxy.stop()).toBe(0);
      }
      await using proxy = await setup.start();
      expect(await setup.servers()).toEqual(["one live", "two live", "three live"]);
      expect(await holders(proxy)).toEqual([0, 1, 2]);
      // The operator's word was about other servers than the file has now.
      writeFileSync(proxy.configFile, setup.config(["uno", "two"]));
      expect((await setup.ask("POST", "/reload")).status).toBe(200);
      expect(proxy.log).toMatch(
        new RegExp(`warn membership.dropped pool=main servers=".* one, .* two, ${entry.server}"`),
      );
      expect(await setup.servers()).toEqual(["two live", "uno live"].sort());
      expect(await holders(proxy)).toEqual([0, 1]);
    },
    20_000,
  );
});

describe.skipIf(reasonToSkip("redis-server") !== null)("an operator's word about a server", () => {
  test("removes it for good, once the share of keys that move is confirmed", async () => {
    using setup = new Setup();
    {
      await using proxy = await setup.start();
      const refused = await setup.ask("DELETE", "/pools/main/servers/two");
      expect([refused.status, refused.body.field]).toEqual([409, "confirm"]);
      expect(await holders(proxy)).toEqual([0, 1]);
      const done = await setup.ask("DELETE", `/pools/main/servers/two?confirm=${refused.body.share}`);
      expect([done.status, done.body.changes]).toEqual([200, [`pool "main": server "two" removed`]]);
      expect(await holders(proxy)).toEqual([0]);
    }
    await using proxy = await setup.start();
    expect(await setup.servers()).toEqual(["one live"]);
    expect(await holders(proxy)).toEqual([0]);
  }, 20_000);

  test("takes it out of the ring while its clients stay, and back", async () => {
    using setup = new Setup();
    await using proxy = await setup.start();
    using client = await proxy.connect();
    expect(await client.command("PING")).toBe("PONG");
    const say = async (state: string) => {
      const refused = await setup.ask("PATCH", "/pools/main/servers/two", { state });
      return await setup.ask("PATCH", `/pools/main/servers/two?confirm=${refused.body.share}`, { state });
    };
    expect((await say("ejected")).body.changes).toEqual([`pool "main": server "two": live -> ejected`]);
    expect(await setup.servers()).toEqual(["one live", "two ejected"]);
    expect(await holders(proxy)).toEqual([0]);
    const last = await setup.ask("DELETE", "/pools/main/servers/one?confirm=1");
    expect([last.status, last.body.message]).toEqual([409, `server "one" is the last one that takes keys`]);
    await say("live");
    await eventually("it takes keys again", async () => (await holders(proxy)).length === 2);
    expect(await client.command("PING")).toBe("PONG");
  }, 20_000);
});
