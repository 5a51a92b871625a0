/** Whatever changes, by whoever's hand, is told: in the answer, the event and the log, by one id. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { askAdmin, fetchAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { startSennit } from "../support/sennit.ts";
import { countLogged } from "./reloading.ts";

/** A memcached pool, where servers change without more ado; its hash is one that is warned about. */
function config(port: number, admin: number, servers = "[127.0.0.1:1:1 one, 127.0.0.1:2:1 two]"): string {
  return `
pools:
  main: { listen: "127.0.0.1:${port}", servers: ${servers} }
admin: { listen: "127.0.0.1:${admin}" }
`;
}

async function start(): Promise<{ proxy: ProxyProcess; port: number; admin: number }> {
  const [port, admin] = [freePort(), freePort()];
  const proxy = await startSennit(config(port, admin));
  await eventually("it has started", () => countLogged(proxy, "started") === 1);
  return { proxy, port, admin };
}

describe("an operator's change", () => {
  test("has one id in its answer, its event and the log, whatever it is", async () => {
    const { proxy, port, admin } = await start();
    await using _ = proxy;
    const events = await fetchAdmin(admin, "/events");
    using _client = await RawClient.connect(port);
    const clients = async () => (await askAdmin(admin, "GET /clients")).body.clients as { id: number }[];
    await eventually("the client is there", async () => (await clients()).length === 1);
    const asked: [string, string, string, unknown?][] = [
      ["client.killed", "DELETE", `/clients/${(await clients())[0]!.id}`],
      ["log.level", "PUT", "/log-level", { level: 6 }],
      ["slowlog.reset", "DELETE", "/slowlog"],
      ["membership.changed", "PATCH", "/pools/main/servers/one", { weight: 2 }],
      ["config.reloaded", "POST", "/reload"],
      ["stopping", "POST", "/drain"],
    ];
    const expected: string[] = [];
    for (const [event, method, path, body] of asked) {
      const { id } = (await askAdmin(admin, `${method} ${path}`, body)).body;
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      await eventually(`${event} is in the log`, () => proxy.log.includes(` ${event} id=${id}`));
      expected.push(`id: ${id}\nevent: ${event}\n`);
      if (event === "log.level") expect((await askAdmin(admin, "GET /log-level")).body.level).toBe(6);
    }
    // The proxy ends, and the stream with it.
    const seen = await events.text();
    for (const event of expected) expect(seen).toContain(event);
  }, 20_000);

  test(
    "that somebody else wrote to the store is taken over, and one that makes no sense is not",
    async () => {
      const { proxy, admin } = await start();
      await using _ = proxy;
      const file = `${proxy.configFile}.state`;
      const weight = async () =>
        (await askAdmin(admin, "GET /pools/main")).body.servers
          .find(({ id }: { id: string }) => id === "one").weight;
      await askAdmin(admin, "PATCH /pools/main/servers/one", { weight: 2 });
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.replace("127.0.0.1:1:2 one", "127.0.0.1:1:7 one"));
      await eventually("it is taken over", async () => await weight() === 7);
      expect(countLogged(proxy, "store.changed")).toBe(1);
      writeFileSync(file, "junk");
      await eventually("it is refused", () => countLogged(proxy, "store.failed") === 1);
      expect(await weight()).toBe(7);
      // And the endpoint is of use again once the file is mended.
      writeFileSync(file, text);
      await eventually("it is taken over", async () => await weight() === 2);
      const { changes } = (await askAdmin(admin, "PATCH /pools/main/servers/one", { weight: 3 })).body;
      expect(changes).toEqual(['pool "main": server "one": weight 2 -> 3']);
    },
    20_000,
  );
});

test("a reload says what looks like a mistake in the file, and is done all the same", async () => {
  const { proxy, admin } = await start();
  await using _ = proxy;
  const { id } = (await askAdmin(admin, "POST /reload")).body;
  await eventually("it is said", () => proxy.log.includes(` config.warning id=${id} warning=`));
  expect(countLogged(proxy, "config.reloaded")).toBe(1);
});
