/** connect-redis and express-session keep the sessions of a web application in the proxy. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RedisStore } from "connect-redis";
import session, { type Session, type SessionData } from "express-session";
import { createClient } from "redis";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const VISITORS = 30;
const VISITS = 5;

type Visit = SessionData & { visits?: number };
type Request = IncomingMessage & { session: Session & Visit };

const without = reasonToSkip("redis-server") !== null;
let fleet: Fleet<RedisServer>;

beforeAll(async () => {
  fleet = await Fleet.start(await RedisServer.startMany(3), { workers: 2 });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** A web application that counts each visitor's visits, and forgets who logs out. */
async function application(store: RedisStore): Promise<Server> {
  const sessions = session({ store, secret: "s", resave: false, saveUninitialized: false });
  const server = createServer((request, response) => {
    // deno-lint-ignore no-explicit-any -- express-session says that it takes Express's requests, and takes any
    (sessions as any)(request, response, () => answer(request as Request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function answer(request: Request, response: ServerResponse): void {
  if (request.url === "/logout") {
    request.session.destroy(() => response.end("gone"));
  } else {
    request.session.visits = (request.session.visits ?? 0) + 1;
    response.end(String(request.session.visits));
  }
}

/** A visitor's browser, which keeps its cookie. */
async function visit(port: number, path: string, cookie: string): Promise<[text: string, cookie: string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } });
  return [await response.text(), response.headers.get("set-cookie")?.split(";")[0] ?? cookie];
}

describe.skipIf(without)("connect-redis", () => {
  test.each([2, 3] as const)("keeps the sessions of a web application, in RESP%d", async (version) => {
    const client = createClient({ url: `redis://127.0.0.1:${fleet.proxy.port}`, RESP: version });
    await client.connect();
    const store = new RedisStore({ client, prefix: `web${version}:`, scanCount: 10 });
    const server = await application(store);
    const { port } = server.address() as AddressInfo;
    const cookies = await Promise.all(Array.from({ length: VISITORS }, async () => {
      let [text, cookie] = ["", ""];
      for (let i = 1; i <= VISITS; i++) {
        [text, cookie] = await visit(port, "/", cookie);
        expect(text).toBe(String(i));
      }
      return cookie;
    }));
    expect(await store.length()).toBe(VISITORS);
    expect((await store.all()).map((each: Visit) => each.visits)).toEqual(Array(VISITORS).fill(VISITS));
    expect(await visit(port, "/logout", cookies[0]!)).toEqual(["gone", cookies[0]!]);
    expect((await visit(port, "/", cookies[0]!))[0]).toBe("1");
    const [[id]] = [(await store.ids()).toSorted()];
    await store.set(id, { cookie: { originalMaxAge: 1, expires: new Date(Date.now() + 20) } } as SessionData);
    await eventually("a session is over", async () => await store.get(id) === null);
    await store.clear();
    expect(await store.length()).toBe(0);
    server.close();
    server.closeAllConnections();
    await client.close();
    await untilQuiet(fleet.proxy);
  });
});
