/** The whole endpoint over a fake instance, without a port. Every answer is held against what its route declares. */
import { expect } from "bun:test";
import { createApp } from "../../../src/admin/app.ts";
import { EventStreams } from "../../../src/admin/event_streams.ts";
import { Gate } from "../../../src/admin/gate.ts";
import { refusalsOf } from "../../../src/admin/openapi.ts";
import { REFUSAL, type RefusalStatus } from "../../../src/admin/refusal.ts";
import { type Answer, type Route, routerPath } from "../../../src/admin/route.ts";
import { allRoutes } from "../../../src/admin/routes.ts";
import type { AdminTokens } from "../../../src/admin/tokens.ts";
import type { Address } from "../../../src/config/mod.ts";
import type { InstanceFigures } from "../../../src/stats/mod.ts";
import { FakeInstance } from "./fake_instance.ts";

/** Where the endpoint believes it listens. */
export const LISTEN: Address = { kind: "tcp", host: "127.0.0.1", port: 9922 };

/** No tokens. */
export const NO_TOKENS: AdminTokens = { write: null, read: null };

/** Renderings that are easy to recognise. */
export const RENDERINGS = {
  nutcracker: ({ version }: InstanceFigures) => `${JSON.stringify({ ...STATS, version })}\n`,
  prometheus: ({ version }: InstanceFigures) => `sennit_info{version="${version}"} 1\n`,
};

const STATS = {
  service: "sennit",
  source: "here",
  uptime: 1,
  timestamp: 2,
  total_connections: 3,
  curr_connections: 4,
  cache: { client_eof: 0 },
};

/** An answer with its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** The endpoint. */
export class Endpoint {
  readonly instance = new FakeInstance();
  readonly streams: EventStreams;
  readonly routes: readonly Route[];
  readonly gate: Gate;
  /** Requests whose connections were to be kept, and to be dropped. */
  readonly kept: Request[] = [];
  readonly dropped: Request[] = [];
  /** Why somebody was not let in. */
  readonly denials: string[] = [];
  /** What was reported as a fault of our own. */
  readonly faults: string[] = [];
  readonly #app: ReturnType<typeof createApp>;

  constructor(tokens: AdminTokens = NO_TOKENS, listen: Address = LISTEN) {
    this.gate = new Gate(listen, tokens);
    this.streams = new EventStreams(this.instance, 60_000);
    this.routes = allRoutes({
      instance: this.instance,
      renderings: RENDERINGS,
      streams: this.streams,
      connections: {
        keep: (request) => void this.kept.push(request),
        drop: (request) => void this.dropped.push(request),
      },
    });
    this.#app = createApp(this.routes, this.gate, {
      denied: (_, { message }) => void this.denials.push(message),
      failed: (_, error) => void this.faults.push((error as Error).message),
    });
  }

  /** The bare answer to `METHOD /path`. */
  async fetch(line: string, init: RequestInit = {}): Promise<Response> {
    const [method, path] = line.split(" ", 2);
    return await this.#app.request(path!, { method: method!, ...init });
  }

  /** The answer to `METHOD /path`, with `body` as JSON unless it is text, and checked against its declaration. */
  async ask(line: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const init = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const response = await this.fetch(line, { headers, ...init });
    const text = await response.text();
    const isJson = response.headers.get("content-type") === "application/json" && text !== "";
    const answered = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
    this.#expectDeclared(line, answered);
    return answered;
  }

  /** The route that is asked by `METHOD /path`. */
  find(line: string): Route | undefined {
    const [method, target] = line.split(" ", 2);
    const path = target!.replace(/\?.*$/s, "");
    const wanted = method === "HEAD" ? "get" : method!.toLowerCase();
    return this.routes.find((route) => {
      const pattern = routerPath(route).replace(/:\w+/g, "[^/]+");
      return route.method === wanted && new RegExp(`^${pattern}$`).test(path);
    });
  }

  #expectDeclared(line: string, { status, headers, body, text }: Answered): void {
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    if (line.startsWith("HEAD")) return expect(text).toBe("");
    if (status >= 400 && body !== null && "error" in body) {
      expect(REFUSAL.parse(body)).toEqual(body);
      const route = this.find(line);
      if (route !== undefined) expect(refusalsOf(route)).toContain(status as RefusalStatus);
      return;
    }
    const route = this.find(line)!;
    const media = headers.get("content-type")!;
    const declared = ([route.answer, ...route.otherwise ?? []] as Answer<unknown>[])
      .find((answer) => answer.status === status && answer.media === media);
    if (declared === undefined) {
      throw new Error(`${line} answers ${status} ${media}, which it doesn't declare`);
    }
    expect(declared.schema.parse(body ?? text)).toEqual(body ?? text);
  }
}
