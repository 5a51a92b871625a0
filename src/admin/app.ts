/** The app: takes a request to its route, past the gate, and turns whatever is refused on the way into an answer. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import { didYouMean } from "../config/mod.ts";
import { ChangeRefused } from "../control/instance.ts";
import type { Gate } from "./gate.ts";
import { check, MAX_BODY_BYTES, readJson, readQuery, readText } from "./question.ts";
import { REFUSAL, Refusal, refusalOf } from "./refusal.ts";
import { json, type Route, routerPath } from "./route.ts";

/** Is told what its owner should know of. */
export interface AppWatcher {
  /** Somebody was not let in. */
  denied(request: Request, refusal: Refusal): void;
  /** An answer failed that should not have. */
  failed(request: Request, error: unknown): void;
}

/** Figures are of the moment, and no browser should guess what they are. */
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

const NOTHING = z.strictObject({});

/** The path as it was sent. An old client that names no host has nothing before it. */
export function pathOf(request: Request): string {
  return /^(?:https?:\/\/[^/?#]*)?([^?#]*)/.exec(request.url)![1]!;
}

/** Serves `routes` to those whom `gate` lets in. */
export function createApp(routes: readonly Route[], gate: Gate, watcher: AppWatcher): Hono {
  const app = new Hono({ getPath: pathOf });
  app.use(async (context, next) => {
    gate.admit(context.req.raw);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  });
  const limit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody });
  for (const route of routes) {
    const pass: MiddlewareHandler = (context, next) => {
      gate.check(context.req.raw, route.access);
      return route.body ? limit(context, next) : next();
    };
    app.on(route.method.toUpperCase(), routerPath(route), pass, (context) => answer(route, gate, context));
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, () => refuseMethod(methods));
  }
  app.notFound((context) => write(notFound(context.req.path, routes)));
  app.onError((error, context) => {
    if (error instanceof ChangeRefused) return write(refusalOf(error));
    if (error instanceof Refusal) {
      if (error.status === 401 || error.status === 403) watcher.denied(context.req.raw, error);
      return write(error);
    }
    watcher.failed(context.req.raw, error);
    return write(new Refusal(500, "", "internal error; the log says more"));
  });
  return app;
}

async function answer(route: Route, gate: Gate, context: Context): Promise<Response> {
  const request = context.req.raw;
  const question = {
    params: check(route.params ?? NOTHING, context.req.param()),
    query: check(route.query ?? NOTHING, readQuery(request.url)),
    body: route.body ? await readBody(route.body, request) : undefined,
    mayRead: gate.scopeOf(request) !== "nothing",
    request,
  };
  const value = await route.handle(question);
  return value instanceof Response ? value : route.answer.write(value);
}

async function readBody({ schema }: NonNullable<Route["body"]>, request: Request): Promise<unknown> {
  return schema === null ? await readText(request) : check(schema, await readJson(request));
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const path = routerPath(route);
    const own = route.method === "get" ? ["GET", "HEAD"] : [route.method.toUpperCase()];
    methods.set(path, [...methods.get(path) ?? [], ...own]);
  }
  return methods;
}

function refuseBody(): never {
  throw new Refusal(413, "", `the body has more than ${MAX_BODY_BYTES} bytes`);
}

function refuseMethod(methods: readonly string[]): never {
  const allow = methods.join(", ");
  throw new Refusal(405, "", `this path knows ${allow}`, { allow });
}

function notFound(path: string, routes: readonly Route[]): Refusal {
  const hint = didYouMean(path, routes.map((route) => route.path)) || "; GET / lists what there is";
  return new Refusal(404, "", `there is no ${path}${hint}`);
}

function write(refusal: Refusal): Response {
  const response = json(REFUSAL, "", refusal.status).write(refusal.body);
  for (const [name, value] of Object.entries({ ...HEADERS, ...refusal.headers })) {
    response.headers.set(name, value);
  }
  return response;
}
