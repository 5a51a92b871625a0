/** Who may do what: every route with every kind of token, and web pages that are none of ours. */
import { describe, expect, test } from "bun:test";
import { Gate } from "../../../src/admin/gate.ts";
import type { Route } from "../../../src/admin/route.ts";
import type { AdminTokens } from "../../../src/admin/tokens.ts";
import type { Address } from "../../../src/config/mod.ts";
import { Endpoint, LISTEN, NO_TOKENS } from "./endpoint.ts";
import { SHARE } from "./fake_instance.ts";

const WRITE = "w".repeat(32);
const READ = "r".repeat(32);
const BOTH: AdminTokens = { write: `${WRITE}\n`, read: `  ${READ}\r\n` };

const ROUTES = new Endpoint().routes;

/** What the body of each route is that takes one. */
const BODIES: Record<string, unknown> = {
  addServer: { server: "127.0.0.1:6381:1 gamma" },
  changeServer: { weight: 2 },
  setLogLevel: { level: 4 },
  checkConfig: "a: b",
};

/** A request of the route that is fine but for who asks. */
function lineOf({ method, path, query }: Route): string {
  const target = path.replace("{pool}", "cache").replace("/servers/{id}", "/servers/alpha").replace(
    "{id}",
    "31",
  );
  const asked = path.endsWith("/route")
    ? "?key=a"
    : query && "confirm" in query.shape
    ? `?confirm=${SHARE}`
    : "";
  return `${method.toUpperCase()} ${target}${asked}`;
}

async function statusOf(endpoint: Endpoint, route: Route, authorization: string | null): Promise<number> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  const body = BODIES[route.id];
  const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await endpoint.fetch(lineOf(route), { headers, ...init });
  await response.body?.cancel();
  return response.status;
}

const FINE = { get: 200, post: 200, put: 200, patch: 200, delete: 200 };
const fineOf = (route: Route) => route.path === "/drain" ? 202 : FINE[route.method];

describe("every route, when both tokens are set,", () => {
  test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s",
    async (_, route) => {
      const endpoint = new Endpoint(BOTH);
      const fine = fineOf(route);
      const expected = {
        open: { none: fine, wrong: fine, read: fine, write: fine },
        read: { none: 401, wrong: 401, read: fine, write: fine },
        write: { none: 401, wrong: 401, read: 403, write: fine },
      }[route.access];
      expect({
        none: await statusOf(endpoint, route, null),
        wrong: await statusOf(endpoint, route, `Bearer ${WRITE}x`),
        read: await statusOf(endpoint, route, `Bearer ${READ}`),
        write: await statusOf(endpoint, route, `Bearer ${WRITE}`),
      }).toEqual(expected);
      const most = { open: 4, read: 2, write: 1 }[route.access];
      expect(endpoint.instance.calls.length).toBeLessThanOrEqual(most);
    },
  );

  test("is for reading exactly when it is a GET", () => {
    for (const { method, access, path } of ROUTES) {
      if (access !== "open") expect([path, access]).toEqual([path, method === "get" ? "read" : "write"]);
    }
  });
});

describe("every route, without tokens,", () => {
  test.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s",
    async (_, route) => {
      expect(await statusOf(new Endpoint(), route, null)).toBe(fineOf(route));
      expect(await statusOf(new Endpoint(), route, "Bearer whatever")).toBe(fineOf(route));
    },
  );
});

describe("a token", () => {
  test("is asked for with a challenge, and nothing of the request is read before", async () => {
    const endpoint = new Endpoint(BOTH);
    const { status, headers, body } = await endpoint.ask("PUT /log-level", "{");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="sennit"');
    expect(body).toEqual({
      error: "unauthorized",
      field: "Authorization",
      message: "a token is needed: send Authorization: Bearer TOKEN",
    });
  });

  test("that is wrong, or good for less, is told so", async () => {
    const endpoint = new Endpoint(BOTH);
    const wrong = await endpoint.ask("GET /stats", undefined, { authorization: "Bearer nope" });
    expect(wrong.headers.get("www-authenticate")).toBe('Bearer realm="sennit", error="invalid_token"');
    expect(wrong.text).not.toContain("nope");
    const reading = await endpoint.ask("POST /reload", undefined, { authorization: `Bearer ${READ}` });
    expect(reading.headers.get("www-authenticate")).toBe('Bearer realm="sennit", error="insufficient_scope"');
    expect(reading.body.error).toBe("forbidden");
  });

  test.each([
    ["bearer   TOKEN  ", 200],
    ["BEARER TOKEN", 200],
    ["Bearer", 401],
    ["Bearer ", 401],
    ["TOKEN", 401],
    ["Basic TOKEN", 401],
    ["Bearer TOKEN TOKEN", 401],
    ["Bearer token", 401],
  ])("sent as %j is answered %i", async (header, status) => {
    const endpoint = new Endpoint({ write: "TOKEN", read: null });
    expect((await endpoint.ask("GET /stats", undefined, { authorization: header })).status).toBe(status);
  });

  test("for writing alone lets nobody read without it", async () => {
    const endpoint = new Endpoint({ write: WRITE, read: null });
    expect((await endpoint.ask("GET /stats")).status).toBe(401);
    expect((await endpoint.ask("GET /stats", undefined, { authorization: `Bearer ${WRITE}` })).status).toBe(
      200,
    );
  });

  test("for reading alone lets nobody write", async () => {
    const endpoint = new Endpoint({ write: null, read: READ });
    expect((await endpoint.ask("POST /reload")).status).toBe(401);
    expect((await endpoint.ask("POST /reload", undefined, { authorization: `Bearer ${READ}` })).status).toBe(
      403,
    );
    expect((await endpoint.ask("GET /stats", undefined, { authorization: `Bearer ${READ}` })).status).toBe(
      200,
    );
  });

  test("is needed to see the detail of /readyz", async () => {
    const endpoint = new Endpoint(BOTH);
    expect((await endpoint.ask("GET /readyz")).body).not.toHaveProperty("detail");
    const wrong = await endpoint.ask("GET /readyz", undefined, { authorization: "Bearer nope" });
    expect(wrong.body).not.toHaveProperty("detail");
    const reading = await endpoint.ask("GET /readyz", undefined, { authorization: `Bearer ${READ}` });
    expect(reading.body).toHaveProperty("detail");
  });

  test("is another one after a reload, and stays when the new ones don't do", async () => {
    const endpoint = new Endpoint(BOTH);
    const statusWith = async (token: string) =>
      (await endpoint.ask("GET /stats", undefined, { authorization: `Bearer ${token}` })).status;
    expect(() => endpoint.gate.reload({ write: " \n", read: null })).toThrow();
    expect(await statusWith(WRITE)).toBe(200);
    endpoint.gate.reload({ write: "new", read: null });
    expect(await statusWith(WRITE)).toBe(401);
    expect(await statusWith(READ)).toBe(401);
    expect(await statusWith("new")).toBe(200);
  });
});

describe("a gate", () => {
  test.each([
    [{ write: "", read: null }, "admin.token_file: the file is empty; it should hold a token"],
    [{ write: "a", read: " \n " }, "admin.read_token_file: the file is empty; it should hold a token"],
    [
      { write: "hunter 2", read: null },
      "admin.token_file: the file should hold a token: one line of printable ASCII without spaces",
    ],
    [
      { write: "ä", read: null },
      "admin.token_file: the file should hold a token: one line of printable ASCII without spaces",
    ],
    [
      { write: "a\nb", read: null },
      "admin.token_file: the file should hold a token: one line of printable ASCII without spaces",
    ],
  ])("refuses the tokens %j", (tokens, message) => {
    expect(() => new Gate(LISTEN, tokens)).toThrow(message);
  });

  test.each(["0.0.0.0", "::", "10.1.2.3", "example.com", "fe80::1", "localhost.example.com"])(
    "refuses to listen on %s without tokens",
    (host) => {
      const listen: Address = { kind: "tcp", host, port: 9922 };
      expect(() => new Gate(listen, NO_TOKENS)).toThrow(
        `admin.listen: other machines can reach ${host}, so it needs admin.token_file`,
      );
      expect(() => new Gate(listen, BOTH).reload(NO_TOKENS)).toThrow("needs admin.token_file");
    },
  );

  test.each(["127.0.0.1", "127.8.9.10", "::1", "localhost"])("listens on %s without tokens", (host) => {
    new Gate({ kind: "tcp", host, port: 9922 }, NO_TOKENS);
    new Gate({ kind: "unix", path: "/run/sennit.sock", mode: 0 }, NO_TOKENS);
  });
});

describe("without tokens, a request", () => {
  test.each([
    "localhost:9922",
    "LOCALHOST:9922",
    "localhost",
    "127.0.0.1:9922",
    "127.0.0.1:18080",
    "[::1]:9922",
    "",
  ])("for Host %j comes in", async (host) => {
    expect((await new Endpoint().ask("GET /stats", undefined, { host })).status).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:9922",
    "localhost.evil.example:9922",
    "127.0.0.1.evil.example",
    "10.0.0.1:9922",
    "[::2]:9922",
  ])("for Host %j is refused, whatever it asks", async (host) => {
    const endpoint = new Endpoint();
    for (const line of ["GET /stats", "GET /readyz", "POST /drain", "GET /nowhere"]) {
      const response = await endpoint.fetch(line, { headers: { host } });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: "forbidden", field: "Host" });
    }
    expect(endpoint.instance.calls).toEqual([]);
  });

  test.each(["http://evil.example", "https://localhost:3000", "http://127.0.0.1:9922", "null", ""])(
    "from the page %j to localhost:9922 is refused",
    async (origin) => {
      const endpoint = new Endpoint();
      const { status, body } = await endpoint.ask("POST /drain", undefined, {
        host: "localhost:9922",
        origin,
      });
      expect(status).toBe(403);
      expect(body.field).toBe("Origin");
      expect(endpoint.instance.calls).toEqual([]);
    },
  );

  test("from a page of ours comes in", async () => {
    const headers = { host: "localhost:9922", origin: "http://localhost:9922" };
    expect((await new Endpoint().ask("POST /drain", undefined, headers)).status).toBe(202);
  });

  test("over a unix socket may name any host", async () => {
    const endpoint = new Endpoint(NO_TOKENS, { kind: "unix", path: "/run/sennit.sock", mode: 0 });
    expect((await endpoint.ask("GET /stats", undefined, { host: "sennit" })).status).toBe(200);
    const { status } = await endpoint.ask("GET /stats", undefined, { host: "sennit", origin: "http://evil" });
    expect(status).toBe(403);
  });
});

describe("with tokens, a request", () => {
  test("may come for any host, from any page: none knows the token", async () => {
    const headers = { host: "proxy.example", origin: "http://x.example", authorization: `Bearer ${WRITE}` };
    expect((await new Endpoint(BOTH).ask("GET /stats", undefined, headers)).status).toBe(200);
  });
});
