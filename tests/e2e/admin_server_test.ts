/** The admin endpoint on real ports and sockets: over HTTP as it comes, through successions, and to its end. */
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { type AdminOptions, type AdminServer, serveAdmin } from "../../src/admin/mod.ts";
import type { Address } from "../../src/config/mod.ts";
import { fetchAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { type Endpoint, RawClient } from "../support/raw_client.ts";
import { TempDir } from "../support/temp_dir.ts";
import { NO_TOKENS, RENDERINGS } from "../unit/admin/endpoint.ts";
import { event, FakeInstance, ulid } from "../unit/admin/fake_instance.ts";

const open: AdminServer[] = [];
const reports: string[] = [];

async function serve(listen: Address, instance = new FakeInstance(), more: Partial<AdminOptions> = {}) {
  const server = await serveAdmin(instance, {
    listen,
    tokens: NO_TOKENS,
    renderings: RENDERINGS,
    report: (name, facts) => void reports.push(`${name} ${facts.request} ${facts.reason}`),
    ...more,
  });
  open.push(server);
  return server;
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
  reports.length = 0;
});

const tcp = (port = 0): Address => ({ kind: "tcp", host: "127.0.0.1", port });
const unix = (path: string, mode = 0): Address => ({ kind: "unix", path, mode });

/** Connects, sends a request line by hand, and reads the answer's head. */
async function watch(from: Endpoint, headers = ""): Promise<RawClient> {
  const client = await RawClient.connect(from);
  client.write(`GET /events HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  expect(await client.readLine()).toBe("HTTP/1.1 200 OK");
  return client;
}

async function untilRead(client: RawClient, text: string): Promise<void> {
  for (let read = ""; !read.endsWith(text);) read += await client.readBytes(1);
}

describe.each(["tcp", "unix"])("over %s, the endpoint", (kind) => {
  test("answers, refuses, streams events, and notices who leaves", async () => {
    using dir = new TempDir();
    const instance = new FakeInstance();
    const server = await serve(kind === "tcp" ? tcp() : unix(dir.file("admin.sock")), instance);
    const from = server.path ?? server.port;

    expect(await (await fetchAdmin(from, "/healthz")).json()).toEqual({ status: "ok" });
    const added = await fetchAdmin(from, "/pools/cache/servers?confirm=1", {
      method: "POST",
      body: JSON.stringify({ server: "127.0.0.1:6381:1" }),
    });
    expect(await added.json()).toMatchObject({ id: ulid(1) });
    const tooLarge = await fetchAdmin(from, "/config/check", { method: "POST", body: "#".repeat(5_000_000) });
    expect([tooLarge.status, (await tooLarge.json()).error]).toEqual([413, "too_large"]);
    const head = await fetchAdmin(from, "/pools", { method: "HEAD" });
    const got = await (await fetchAdmin(from, "/pools")).text();
    expect(head.headers.get("content-length")).toBe(String(got.length));

    instance.emit(event(1));
    instance.emit(event(2));
    const client = await watch(from, `Last-Event-ID: ${ulid(1)}\r\n`);
    await untilRead(client, `id: ${ulid(2)}\nevent: server.ejected\ndata: ${JSON.stringify(event(2))}\n\n`);
    instance.emit(event(3));
    await untilRead(client, `id: ${ulid(3)}\nevent: server.ejected\ndata: ${JSON.stringify(event(3))}\n\n`);
    expect(instance.listeners).toBe(1);
    client.close();
    await eventually("nobody listens any more", () => instance.listeners === 0);
  });

  test("lets quiet watchers know that it lives", async () => {
    using dir = new TempDir();
    const listen = kind === "tcp" ? tcp() : unix(dir.file("admin.sock"));
    const server = await serve(listen, new FakeInstance(), { heartbeatMs: 20 });
    using client = await watch(server.path ?? server.port);
    await untilRead(client, ":\n\n");
  });

  test("gives up a watcher that doesn't read, and what waited for it", async () => {
    using dir = new TempDir();
    const instance = new FakeInstance();
    const server = await serve(kind === "tcp" ? tcp() : unix(dir.file("admin.sock")), instance);
    using client = await watch(server.path ?? server.port, "Connection: close\r\n");
    client.pause();
    const fact = "x".repeat(100_000);
    let emitted = 0;
    await eventually("it is given up", () => {
      for (let i = 0; i < 10; i++) instance.emit(event(++emitted, { fact }));
      return instance.listeners === 0;
    });
    instance.kept = [];
    client.resume();
    const read = await client.readUntilClose();
    expect(read.length).toBeLessThan(emitted * fact.length);
  });

  test("ends streams when it stops, after the answers that are under way", async () => {
    using dir = new TempDir();
    const instance = new FakeInstance();
    let finish = () => {};
    const reloading = new Promise<void>((resolve) => (finish = resolve));
    const reload = instance.reload.bind(instance);
    instance.reload = async () => {
      await reloading;
      return await reload();
    };
    const server = await serve(kind === "tcp" ? tcp() : unix(dir.file("admin.sock")), instance);
    const from = server.path ?? server.port;
    using client = await watch(from);
    const answer = fetchAdmin(from, "/reload", { method: "POST" });
    await eventually(
      "both have come",
      async () => (await fetchAdmin(from, "/healthz")).ok && instance.listeners === 1,
    );
    const stopped = server.stop();
    expect((await client.readUntilClose()).toString()).toEndWith("0\r\n\r\n");
    finish();
    expect(await (await answer).json()).toMatchObject({ changes: ["configuration reloaded"] });
    await stopped;
    await expect(fetchAdmin(from, "/healthz")).rejects.toThrow();
  });
});

describe("on a port, the endpoint", () => {
  test("answers old clients that name no host", async () => {
    const server = await serve(tcp());
    using client = await RawClient.connect(server.port);
    client.write("GET /readyz?x=1 HTTP/1.0\r\n\r\n");
    expect(await client.readLine()).toBe("HTTP/1.1 400 Bad Request");
    using other = await RawClient.connect(server.port);
    other.write("GET /healthz HTTP/1.0\r\n\r\n");
    expect(await other.readLine()).toBe("HTTP/1.1 200 OK");
  });

  test("keeps pages of other names out that lead here", async () => {
    const server = await serve(tcp());
    using client = await RawClient.connect(server.port);
    client.write("POST /drain HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n");
    expect(await client.readLine()).toBe("HTTP/1.1 403 Forbidden");
  });

  test("asks for the tokens it was given last", async () => {
    const server = await serve(tcp(), new FakeInstance(), { tokens: { write: "old", read: null } });
    const statusWith = async (token: string) =>
      (await fetchAdmin(server.port, "/stats", { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await statusWith("old"), await statusWith("new")]).toEqual([200, 401]);
    server.reload({ write: "new", read: null });
    expect([await statusWith("old"), await statusWith("new")]).toEqual([401, 200]);
    expect(reports).toEqual([
      "admin.denied GET /stats the token is not the right one",
      "admin.denied GET /stats the token is not the right one",
    ]);
  });

  test("reports what failed in it, and tells the asker only that", async () => {
    const instance = new FakeInstance();
    const server = await serve(tcp(), instance);
    instance.failure = new Error("worker 1 doesn't answer");
    const response = await fetchAdmin(server.port, "/metrics");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("worker");
    expect(reports).toHaveLength(1);
    expect(reports[0]).toStartWith("admin.failed GET /metrics Error: worker 1 doesn't answer");
  });

  test("is refused a port that is in use, and shares it only with its successor", async () => {
    const port = freePort();
    const first = await serve(tcp(port));
    await expect(serve(tcp(port))).rejects.toThrow(
      `admin.listen: 127.0.0.1:${port}: another process listens there`,
    );
    const instance = new FakeInstance();
    await serve(tcp(port), instance, { takeOver: true });
    await first.stop();
    for (let i = 0; i < 20; i++) expect((await fetchAdmin(port, "/stats")).status).toBe(200);
    expect(instance.calls).toHaveLength(20);
  });

  test("is refused an address this machine doesn't have", async () => {
    const listen = { kind: "tcp", host: "192.0.2.1", port: 9922 } as const;
    const tokens = { write: "w", read: null };
    await expect(serve(listen, new FakeInstance(), { tokens })).rejects.toThrow(
      "admin.listen: 192.0.2.1:9922: this machine has no such address",
    );
  });
});

describe("on a unix socket, the endpoint", () => {
  test("gives it the mode asked for, leaves nothing else, and takes it away at the end", async () => {
    using dir = new TempDir();
    const path = dir.file("admin.sock");
    const server = await serve(unix(path, 0o600));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir.path)).toEqual(["admin.sock"]);
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  test("replaces a file that a dead process left", async () => {
    using dir = new TempDir();
    const path = dir.file("admin.sock");
    const listener = `Bun.listen({ unix: ${
      JSON.stringify(path)
    }, socket: { data() {} } }); process.kill(process.pid, 9);`;
    await Bun.spawn([process.execPath, "--no-install", "-e", listener]).exited;
    expect(existsSync(path)).toBe(true);
    await serve(unix(path));
    expect((await fetchAdmin(path, "/healthz")).status).toBe(200);
  });

  test("is refused a path where somebody listens, and one that is no socket", async () => {
    using dir = new TempDir();
    const path = dir.file("admin.sock");
    await serve(unix(path));
    await expect(serve(unix(path))).rejects.toThrow(`admin.listen: ${path}: another process listens there`);
    expect((await fetchAdmin(path, "/healthz")).status).toBe(200);
    writeFileSync(dir.file("notes"), "dear diary");
    await expect(serve(unix(dir.file("notes")))).rejects.toThrow("the file exists and is no socket");
    expect(await Bun.file(dir.file("notes")).text()).toBe("dear diary");
  });

  test("succeeds another without a gap, whose end leaves it alone", async () => {
    using dir = new TempDir();
    const path = dir.file("admin.sock");
    const first = await serve(unix(path));
    const instance = new FakeInstance();
    await serve(unix(path), instance, { takeOver: true });
    expect((await fetchAdmin(path, "/stats")).status).toBe(200);
    await first.stop();
    expect((await fetchAdmin(path, "/stats")).status).toBe(200);
    expect(instance.calls).toHaveLength(2);
  });

  test("may have a path as long as the system allows", async () => {
    using dir = new TempDir();
    const path = dir.file("s".repeat(107 - dir.path.length - 1));
    expect(path).toHaveLength(107);
    await serve(unix(path));
    expect((await fetchAdmin(path, "/healthz")).status).toBe(200);
  });
});
