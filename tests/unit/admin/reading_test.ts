/** Every route that only shows something. */
import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../../src/config/mod.ts";
import { Endpoint } from "./endpoint.ts";
import { AT, CONFIG_TEXT } from "./fake_instance.ts";

describe("/", () => {
  test("lists every route", async () => {
    const endpoint = new Endpoint();
    const { text } = await endpoint.ask("GET /");
    expect(text.split("\n")[0]).toBe("Sennit 9.8.7");
    for (const { method, path } of endpoint.routes) {
      expect(text).toMatch(new RegExp(`^${method.toUpperCase()} +${path.replace(/[{}.]/g, "\\$&")} `, "m"));
    }
  });
});

describe("/stats and /metrics", () => {
  test("render the instance's figures", async () => {
    const endpoint = new Endpoint();
    const stats = await endpoint.ask("GET /stats");
    expect(stats.body).toMatchObject({ service: "sennit", version: "9.8.7", cache: { client_eof: 0 } });
    const metrics = await endpoint.ask("GET /metrics");
    expect(metrics.text).toBe('sennit_info{version="9.8.7"} 1\n');
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});

describe("/healthz and /readyz", () => {
  const RUNNING = { slot: 0, pid: 1, state: "running", restarts: 0, clients: 3 } as const;

  test("are fine when the proxy runs", async () => {
    const endpoint = new Endpoint();
    expect((await endpoint.ask("GET /healthz")).body).toEqual({ status: "ok" });
    const ready = await endpoint.ask("GET /readyz");
    expect(ready.status).toBe(200);
    expect(ready.body).toMatchObject({ ready: true, state: "running", problems: [] });
    expect(ready.body.detail.workers).toHaveLength(1);
  });

  test.each(
    [
      ["starting", [], "the proxy is starting"],
      ["draining", [RUNNING], "the proxy is draining: it accepts no more clients"],
      ["running", [{ ...RUNNING, state: "restarting" }], "0 of 1 workers run"],
    ] as const,
  )("say 503 and why when the proxy is %s with workers %j", async (state, workers, problem) => {
    const endpoint = new Endpoint();
    endpoint.instance.ready = { state, workers, lastReload: null };
    const { status, body } = await endpoint.ask("GET /readyz");
    expect(status).toBe(503);
    expect(body).toMatchObject({ ready: false, state, problems: [problem] });
    expect((await endpoint.ask("GET /healthz")).status).toBe(200);
  });

  test("are ready with one worker of two, and show a failed reload with its faults", async () => {
    const endpoint = new Endpoint();
    const faults = ["conf/sennit.yml:3:5: no"];
    endpoint.instance.ready = {
      state: "running",
      workers: [RUNNING, { ...RUNNING, slot: 1, state: "restarting" }],
      lastReload: { id: "01", at: AT, ok: false, faults },
    };
    const { status, body } = await endpoint.ask("GET /readyz");
    expect(status).toBe(200);
    expect(body.problems).toEqual([
      "1 of 2 workers run",
      "the last reload failed; the configuration before it is in force",
    ]);
    expect(body.detail.lastReload.faults).toEqual(faults);
  });
});

describe("/pools", () => {
  test("shows all, and one by its name, however it has to be escaped", async () => {
    const endpoint = new Endpoint();
    const { body } = await endpoint.ask("GET /pools");
    expect(body.pools.map(({ name }: { name: string }) => name)).toEqual(["cache", "web pages/100%"]);
    expect((await endpoint.ask("GET /pools/cache")).body).toEqual(body.pools[0]);
    expect((await endpoint.ask("GET /pools/web%20pages%2F100%25")).body).toEqual(body.pools[1]);
  });

  test("says 404 with a hint when there is no such pool", async () => {
    const { status, body } = await new Endpoint().ask("GET /pools/cahce");
    expect(status).toBe(404);
    expect(body).toEqual({
      error: "missing",
      field: "pool",
      message: 'there is no pool "cahce"; did you mean "cache"?',
    });
  });
});

describe("/pools/:name/route", () => {
  test.each([
    ["key=user", "user"],
    ["key=a%20b+c", "a b c"],
    ["key=", ""],
    ["key=k%C3%A4se", "k\xc3\xa4se"],
    ["key=%00%ff%25", "\x00\xff%"],
    ["key_base64=AP8l", "\x00\xff%"],
    ["key_base64=+-/_", "\xfb\xef\xff"],
    ["key_base64=YQ%3D%3D", "a"],
    ["key_base64=YQ", "a"],
  ])("routes the bytes of ?%s", async (query, key) => {
    const endpoint = new Endpoint();
    expect((await endpoint.ask(`GET /pools/cache/route?${query}`)).status).toBe(200);
    expect(endpoint.instance.calls).toEqual([["route", "cache", key]]);
  });

  test("shows what is hashed as text, and in base64 too when it is none", async () => {
    const endpoint = new Endpoint();
    const text = await endpoint.ask("GET /pools/cache/route?key=x{k%C3%A4se}y");
    expect(text.body).toMatchObject({ server: "alpha", hashed: "käse", hash: 12345, point: 77, epoch: 7 });
    expect(text.body).not.toHaveProperty("hashedBase64");
    const bytes = await endpoint.ask("GET /pools/cache/route?key={%ff}");
    expect(bytes.body).toMatchObject({ hashed: "\ufffd", hashedBase64: "/w==" });
  });

  test("says 404 when there is no such pool", async () => {
    const { status, body } = await new Endpoint().ask("GET /pools/none/route?key=a");
    expect(status).toBe(404);
    expect(body.field).toBe("pool");
  });
});

describe("/config", () => {
  test("shows every option, secrets masked", async () => {
    const { body, text } = await new Endpoint().ask("GET /config");
    expect(body).toMatchObject({ file: "conf/sennit.yml", form: "sennit" });
    expect(body.config.pools.cache).toMatchObject({ redis_auth: "********", timeout: 400, hash_tag: "{}" });
    expect(body.config.log.level).toBe(6);
    expect(text).not.toContain("hunter2");
  });

  test("gives a file with ?format=yaml that loads and means the same", async () => {
    const endpoint = new Endpoint();
    const { text, headers } = await endpoint.ask("GET /config?format=yaml");
    expect(headers.get("content-type")).toBe("application/yaml");
    expect(text).not.toContain("hunter2");
    const again = loadConfig(text.replace("********", "hunter2"), "conf/sennit.yml");
    expect(again.faults).toEqual([]);
    expect(again.config).toEqual(loadConfig(CONFIG_TEXT, "conf/sennit.yml").config);
    expect((await endpoint.ask("GET /config?format=json")).body.form).toBe("sennit");
  });
});

describe("/slowlog, /hotkeys and /clients", () => {
  test("show what the instance knows", async () => {
    const endpoint = new Endpoint();
    const slow = await endpoint.ask("GET /slowlog");
    expect(slow.body.entries[0]).toMatchObject({ id: 12, at: AT, key: "k\ufffdse", keyBase64: "a+RzZQ==" });
    const hot = await endpoint.ask("GET /hotkeys");
    expect(hot.body.keys).toEqual([{
      pool: "cache",
      key: "käse",
      server: "alpha",
      requests: 9000,
      error: 100,
      perSecond: 75,
    }]);
    const commands = await endpoint.ask("GET /pools/cache/commands");
    expect(commands.body).toMatchObject({
      learned: [{ name: "json.get", keys: "read 1" }],
      lacking: ["hexpire"],
    });
    const clients = await endpoint.ask("GET /clients");
    expect(clients.body.clients[0]).toMatchObject({ id: 31, address: "127.0.0.1:50000" });
    expect(endpoint.instance.calls).toEqual([
      ["slowLog", null, 128],
      ["hotKeys", null],
      ["commands", "cache"],
      ["clients", null],
    ]);
  });

  test("ask for one pool, and for so many", async () => {
    const endpoint = new Endpoint();
    await endpoint.ask("GET /slowlog?pool=cache&count=3");
    await endpoint.ask("GET /hotkeys?pool=web+pages%2F100%25");
    await endpoint.ask("GET /clients?pool=cache");
    expect(endpoint.instance.calls).toEqual([
      ["slowLog", "cache", 3],
      ["hotKeys", "web pages/100%"],
      ["clients", "cache"],
    ]);
  });

  test.each(["slowlog", "hotkeys", "clients"])("/%s says 404 when there is no such pool", async (path) => {
    const { status, body } = await new Endpoint().ask(`GET /${path}?pool=none`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ error: "missing", field: "pool" });
  });
});

describe("/log-level", () => {
  test("shows the level", async () => {
    expect((await new Endpoint().ask("GET /log-level")).body).toEqual({ level: 5 });
  });
});

describe("HEAD", () => {
  test("answers as GET does on every route, without the body", async () => {
    const endpoint = new Endpoint();
    const paths = endpoint.routes.filter(({ method }) => method === "get").map(({ path }) =>
      path === "/pools/{pool}/route" ? "/pools/cache/route?key=a" : path.replace("{pool}", "cache")
    );
    for (const path of paths.filter((each) => each !== "/events")) {
      const got = await endpoint.ask(`GET ${path}`);
      const head = await endpoint.ask(`HEAD ${path}`);
      expect(head.status).toBe(got.status);
      expect(head.headers.get("content-type")).toBe(got.headers.get("content-type"));
      expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(got.text)));
    }
  });
});
