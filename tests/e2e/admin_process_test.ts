/** The admin endpoint of a running proxy: what it changes, and how it follows the configuration and successors. */
import { describe, expect, test } from "bun:test";
import { statSync, writeFileSync } from "node:fs";
import { askAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { type Endpoint } from "../support/raw_client.ts";
import { startSennit } from "../support/sennit.ts";

/** Servers that nobody needs to be at. */
const SERVERS = "[127.0.0.1:1:1 alpha, 127.0.0.1:2:1 beta]";

function config(port: number, admin: string): string {
  return `
pools:
  cache: { protocol: redis, servers: ${SERVERS},
    listen: 127.0.0.1:${port}
  }
admin: ${admin}
`;
}

/** Starts a proxy whose endpoint listens at a port of its own. */
async function start(): Promise<{ proxy: ProxyProcess; port: number; admin: number }> {
  const [port, admin] = [freePort(), freePort()];
  const proxy = await startSennit(config(port, `{ listen: "127.0.0.1:${admin}" }`));
  await eventually(
    "the endpoint is open",
    async () => (await askAdmin(admin, "GET /healthz")).status === 200,
  );
  return { proxy, port, admin };
}

describe("a change over HTTP", () => {
  test("is refused until its share is confirmed, and has one id in its answer, its event and the log", async () => {
    const { proxy, admin } = await start();
    await using _ = proxy;
    const watching = new AbortController();
    const events = await fetch(`http://127.0.0.1:${admin}/events`, { signal: watching.signal });
    const entry = { server: "127.0.0.1:3:1 gamma" };
    const refused = await askAdmin(admin, "POST /pools/cache/servers", entry);
    expect(refused.status).toBe(409);
    expect((await askAdmin(admin, "GET /pools/cache")).body.servers).toHaveLength(2);

    const done = await askAdmin(admin, `POST /pools/cache/servers?confirm=${refused.body.share}`, entry);
    expect(done.status).toBe(200);
    const { id } = done.body;
    expect((await askAdmin(admin, "GET /pools/cache")).body).toMatchObject({
      overridden: true,
      // nutcracker's order.
      servers: [{ id: "beta" }, { id: "alpha" }, { id: "gamma" }],
    });
    await eventually("the log has it", () => proxy.log.includes(`membership.changed id=${id} pool=cache`));
    let seen = "";
    for await (const chunk of events.body!) {
      seen += new TextDecoder().decode(chunk);
      if (seen.includes("membership.changed")) break;
    }
    expect(seen).toContain(`id: ${id}\nevent: membership.changed\n`);
    watching.abort();
  });

  test("that makes no sense names the field, and changes nothing", async () => {
    const { proxy, admin } = await start();
    await using _ = proxy;
    const before = (await askAdmin(admin, "GET /pools")).body;
    const bad: [string, unknown, number, string][] = [
      ["POST /pools/cache/servers?confirm=1", { server: "127.0.0.1" }, 400, "server"],
      ["POST /pools/cache/servers?confirm=1", { server: "127.0.0.1:9:1 alpha" }, 409, "server"],
      ["POST /pools/nil/servers?confirm=1", { server: "127.0.0.1:3:1" }, 404, "pool"],
      ["PATCH /pools/cache/servers/nil?confirm=1", { weight: 2 }, 404, "id"],
      ["PATCH /pools/cache/servers/alpha?confirm=1", { weight: 0 }, 400, "weight"],
      ["DELETE /pools/cache/servers/alpha?confirm=2", undefined, 400, "confirm"],
      ["DELETE /clients/12345", undefined, 404, "id"],
      ["GET /pools/nil/route?key=a", undefined, 404, "pool"],
      ["GET /clients?pool=nil", undefined, 404, "pool"],
    ];
    for (const [line, body, status, field] of bad) {
      const answer = await askAdmin(admin, line, body);
      expect([line, answer.status, answer.body.field]).toEqual([line, status, field]);
    }
    expect((await askAdmin(admin, "GET /pools")).body).toEqual(before);
  });
});

describe("the endpoint after a reload", () => {
  test("is where the file says, asks for the token of the file, or is as before when it can't be", async () => {
    const { proxy, port, admin } = await start();
    await using _ = proxy;
    const reload = async (from: Endpoint, text: string, token?: string) => {
      writeFileSync(proxy.configFile, config(port, text));
      return await askAdmin(from, "POST /reload", undefined, token);
    };
    const token = proxy.dir.file("token");
    writeFileSync(token, "first\n");

    // To every address, on the same port, and with a token.
    expect((await reload(admin, `{ listen: "0.0.0.0:${admin}", token_file: ${token} }`)).status).toBe(200);
    expect((await askAdmin(admin, "GET /pools")).status).toBe(401);
    expect((await askAdmin(admin, "GET /pools", undefined, "first")).status).toBe(200);

    // Another token in the same file.
    writeFileSync(token, "second\n");
    expect((await askAdmin(admin, "POST /reload", undefined, "first")).status).toBe(200);
    expect((await askAdmin(admin, "GET /pools", undefined, "first")).status).toBe(401);

    // What can't be done is not done.
    const taken = await reload(admin, `{ listen: "127.0.0.1:${port}" }`, "second");
    expect([taken.status, taken.body.error]).toEqual([400, "invalid"]);
    writeFileSync(token, "");
    const empty = await reload(admin, `{ listen: "0.0.0.0:${admin}", token_file: ${token} }`, "second");
    expect([empty.status, empty.body.message]).toEqual([
      400,
      `${proxy.configFile}:6:47: admin: token_file: "${token}" is empty; it should hold a token`,
    ]);
    const { body } = await askAdmin(admin, "GET /readyz", undefined, "second");
    expect(body).toMatchObject({ ready: true, detail: { lastReload: { ok: false } } });
    expect(body.detail.lastReload.faults[0]).toContain("is empty; it should hold a token");

    // To a unix socket, and to other permissions.
    const path = proxy.dir.file("admin.sock");
    expect((await reload(admin, `{ listen: ${path} 0600 }`, "second")).status).toBe(200);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await reload(path, `{ listen: ${path} 0660 }`)).status).toBe(200);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect((await askAdmin(path, "GET /pools")).status).toBe(200);
    await expect(askAdmin(admin, "GET /healthz")).rejects.toThrow();
    expect(proxy.log).not.toMatch(/first|second/);
  });
});

describe("the endpoint of a successor", () => {
  test("answers at the same address", async () => {
    const { proxy, admin } = await start();
    await using _ = proxy;
    const pidOf = async () => (await askAdmin(admin, "GET /readyz")).body.detail.workers[0].pid;
    const before = await pidOf();
    proxy.signal("SIGUSR2");
    const after = await eventually("the successor answers alone", async () => {
      const pid = await pidOf();
      return pid !== before && await proxy.process.exited === 0 && pid;
    });
    try {
      expect(await pidOf()).toBe(after);
    } finally {
      process.kill(after, "SIGTERM");
    }
    await eventually("it has ended", () => proxy.log.match(/ stopped\b/g)?.length === 2);
  });
});

describe("the default address of the endpoint", () => {
  test("may be taken: the proxy runs without, and a reload is done all the same", async () => {
    const port = freePort();
    // It may be another test's for a while, and is not to become free in the middle of this one.
    using _ = await eventually("the port is ours", () => occupy(9922), { timeoutMs: 15_000 });
    await using proxy = await startSennit(
      `pools:\n  cache: { servers: ${SERVERS},\n    listen: 127.0.0.1:${port}\n  }\n`,
    );
    const reason = 'admin.unavailable reason="admin.listen: 127.0.0.1:9922: another process listens there"';
    await eventually("it is said", () => proxy.log.includes(reason));
    proxy.signal("SIGHUP");
    await eventually("the configuration is in force", () => proxy.log.includes("config.reloaded"));
  }, 30_000);
});

/** Listens on a port. Errors: throws when somebody else does. */
function occupy(port: number): Disposable {
  const server = Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response() });
  return { [Symbol.dispose]: () => void server.stop(true) };
}
