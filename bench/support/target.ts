/** What is measured: proxies in front of the same servers, one of those servers itself, and whatever else is named. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { freePort } from "../../tests/support/free_port.ts";
import { startNutcracker } from "../../tests/support/nutcracker.ts";
import { poolConfig } from "../../tests/support/pool_config.ts";
import type { ProxyProcess } from "../../tests/support/proxy_process.ts";
import type { RedisServer } from "../../tests/support/redis_server.ts";
import { startSennit } from "../../tests/support/sennit.ts";

const ROOT = resolve(import.meta.dir, "../..");
const BINARY = join(ROOT, "dist/sennit");

/** Something that answers requests. */
export interface Target {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Name of this proxy, and of the one that its bars are measured against. */
export const SENNIT = "sennit";
export const NUTCRACKER = "nutcracker";
/** Name of a server without any proxy. */
export const DIRECT = "redis, direct";

/** Chooses how this proxy is run: the executable if it is built, else from source. Shape: says which. */
export function chooseSennit(): string {
  process.env.SENNIT_BINARY ||= isThere(BINARY) ? BINARY : "";
  const binary = process.env.SENNIT_BINARY;
  if (!binary) return "from source with bun run (deno task build makes the executable)";
  const built = statSync(binary).mtime;
  const sources = Array.from(new Bun.Glob("{mod.ts,src/**/*.ts}").scanSync(ROOT), (path) => join(ROOT, path));
  const isOld = sources.some((path) => statSync(path).mtime > built);
  return `executable built ${built.toISOString()}${isOld ? ", OLDER than the source" : ""}`;
}

/** Starts this proxy afresh. */
export async function startSennitTarget(servers: readonly RedisServer[]): Promise<Target> {
  return toTarget(SENNIT, await startSennit(configFor(servers)));
}

/** Starts nutcracker afresh. */
export async function startNutcrackerTarget(servers: readonly RedisServer[]): Promise<Target> {
  return toTarget(NUTCRACKER, await startNutcracker(configFor(servers)));
}

/** One of the servers. */
export function directTarget(server: RedisServer): Target {
  return {
    name: DIRECT,
    host: "127.0.0.1",
    port: server.port,
    pid: server.process.pid,
    stop: async () => {},
  };
}

/** Another proxy, which somebody has started, as `name=host:port:pid`. Errors: throws for another form. */
export function peerTarget(text: string): Target {
  const parts = /^([^=]+)=(.+):(\d+):(\d+)$/.exec(text);
  if (parts === null) throw new Error(`peer ${JSON.stringify(text)} is not of the form name=host:port:pid`);
  const [, name, host, port, pid] = parts;
  return { name: name!, host: host!, port: Number(port), pid: Number(pid), stop: async () => {} };
}

/** Both proxies get the same text. */
function configFor(servers: readonly RedisServer[]): string {
  return poolConfig({
    listen: freePort(),
    servers,
    options: { hash: "fnv1a_64", distribution: "ketama", auto_eject_hosts: false },
  });
}

function toTarget(name: string, proxy: ProxyProcess): Target {
  const stop = () => proxy[Symbol.asyncDispose]();
  return { name, host: "127.0.0.1", port: proxy.port, pid: proxy.pid, stop };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
