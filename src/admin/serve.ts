/**
 * The admin endpoint on a port or a unix socket. A port is opened so that the next binary can open it too, but only
 * one that says it is the next: a second instance by mistake gets an error.
 */
import { type Address, formatAddress, type TcpAddress } from "../config/mod.ts";
import type { ReportEvent } from "../control/log/events.ts";
import type { Instance } from "../control/instance.ts";
import { SocketFile } from "../control/sockets/socket_file.ts";
import { createApp, pathOf } from "./app.ts";
import { EventStreams } from "./event_streams.ts";
import { Gate } from "./gate.ts";
import type { Renderings } from "./renderings.ts";
import { allRoutes } from "./routes.ts";
import type { Connections } from "./routes/events.ts";
import type { AdminTokens } from "./tokens.ts";

/** What the endpoint is opened with. */
export interface AdminOptions {
  /** Port 0 takes a free one. */
  readonly listen: Address;
  readonly tokens: AdminTokens;
  readonly renderings: Renderings;
  readonly report: ReportEvent;
  /** The process before this one still listens there, and is to be succeeded. */
  readonly takeOver?: boolean;
  /** How often a quiet stream of events says that it lives; 15 s when left out. */
  readonly heartbeatMs?: number;
}

/** An open endpoint. */
export interface AdminServer {
  /** The port that was bound; 0 for a unix socket. */
  readonly port: number;
  /** The socket's path; null for a port. */
  readonly path: string | null;
  /** Takes other tokens for requests from now on. Errors: throws when they don't do, and keeps the old ones. */
  reload(tokens: AdminTokens): void;
  /**
   * Accepts no more, ends the streams of events, and gives answers that are under way a moment. Don't wait for it in
   * a change that was asked for over HTTP: that answer is one of them.
   */
  stop(): Promise<void>;
}

const HEARTBEAT_MS = 15_000;
/** A connection without a byte either way is closed; seconds. Nothing does that on unix sockets. */
const IDLE_SECONDS = 120;
/** One that is to be given up; seconds. */
const DROP_SECONDS = 5;
/** How long answers that are under way get when the endpoint stops; milliseconds. */
const STOP_MS = 3000;

/** Opens the endpoint. Errors: throws, naming the address, when it can't be listened on or the tokens don't do for it. */
export async function serveAdmin(instance: Instance, options: AdminOptions): Promise<AdminServer> {
  const { listen, tokens, renderings, report } = options;
  const gate = new Gate(listen, tokens);
  const streams = new EventStreams(instance, options.heartbeatMs ?? HEARTBEAT_MS);
  let server: Bun.Server<undefined> | null = null;
  const connections: Connections = {
    keep: (request) => server?.timeout(request, 0),
    drop: (request) => server?.timeout(request, DROP_SECONDS),
  };
  const routes = allRoutes({ instance, renderings, streams, connections });
  const app = createApp(routes, gate, {
    denied: (request, { message }) => {
      const client = server?.requestIP(request)?.address ?? "unix";
      report("admin.denied", { client, request: nameOf(request), reason: message });
    },
    failed: (request, error) => {
      const reason = (error as Error).stack ?? String(error);
      report("admin.failed", { request: nameOf(request), reason });
    },
  });
  let file: SocketFile | null = null;
  const takeOver = options.takeOver === true;
  try {
    if (listen.kind === "unix") {
      file = await SocketFile.claim(listen, takeOver);
      // The types leave it out; without it a quiet stream of events is cut.
      const quiet = { idleTimeout: 0 } as Record<never, never>;
      server = Bun.serve({ unix: file.temporary, fetch: app.fetch, ...quiet });
      file.publish();
    } else {
      server = openPort(listen, takeOver, app.fetch);
    }
  } catch (error) {
    streams.close();
    void server?.stop(true);
    throw new Error(`admin.listen: ${formatAddress(listen)}: ${causeOf(error)}`);
  }
  const opened = server;
  return {
    port: listen.kind === "tcp" ? opened.port! : 0,
    path: listen.kind === "unix" ? listen.path : null,
    reload: (tokens) => gate.reload(tokens),
    stop: async () => {
      file?.remove();
      streams.close();
      await stop(opened);
    },
  };
}

/** Without the query, which may hold keys. */
function nameOf(request: Request): string {
  return `${request.method} ${pathOf(request)}`;
}

type Fetch = (request: Request) => Response | Promise<Response>;

function openPort(
  { host: hostname, port }: TcpAddress,
  takeOver: boolean,
  fetch: Fetch,
): Bun.Server<undefined> {
  // A port that others may share can't be had alone by anybody else: this fails if it is in use at all.
  if (!takeOver && port !== 0) void Bun.serve({ hostname, port, fetch }).stop(true);
  return Bun.serve({ hostname, port, reusePort: true, idleTimeout: IDLE_SECONDS, fetch });
}

const CAUSES: Record<string, string> = {
  EADDRINUSE: "another process listens there",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied",
  ENOENT: "there is no such host or folder",
};

function causeOf(error: unknown): string {
  return CAUSES[String((error as { code?: unknown }).code)] ?? (error as Error).message;
}

async function stop(server: Bun.Server<undefined>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_MS)));
  await Promise.race([server.stop(false), late]);
  clearTimeout(timer);
  await server.stop(true);
}
