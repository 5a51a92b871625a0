/** What is measured: proxies in front of the same servers, one of those servers itself, and whatever else is named. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BackendServer } from "../../tests/support/backend_server.ts";
import { freePort } from "../../tests/support/free_port.ts";
import { startNutcracker } from "../../tests/support/nutcracker.ts";
import { poolConfig } from "../../tests/support/pool_config.ts";
import type { ProxyProcess } from "../../tests/support/proxy_process.ts";
import { startSennit } from "../../tests/support/sennit.ts";
import type { ProtocolName } from "./load.ts";
import { PROTOCOLS } from "./protocol.ts";

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

/** Another proxy, which runs already. */
export interface Peer extends Target {
  readonly protocol: ProtocolName;
}

/** Servers of one protocol. */
export interface Backends {
  readonly protocol: ProtocolName;
  readonly servers: readonly BackendServer[];
}

/** Name of this proxy, and of the one that its bars are measured against. */
export const SENNIT = "sennit";
export const NUTCRACKER = "nutcracker";
/** What this proxy is called in front of a cluster. */
export const CLUSTER: string = `${SENNIT}, cluster`;

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
export async function startSennitTarget(backends: Backends): Promise<Target> {
  return toTarget(SENNIT, await startSennit(configFor(backends)));
}

/** Starts this proxy afresh with several workers. */
export async function startWorkersTarget(backends: Backends, workers: number): Promise<Target> {
  const pools = configFor(backends).replaceAll(/^(?=.)/gm, "  ");
  const config = `workers: ${workers}\nadmin: { listen: off }\npools:\n${pools}`;
  return toTarget(workersName(workers), await startSennit(config));
}

/** Starts this proxy afresh in front of a cluster. */
export async function startClusterTarget(seed: string): Promise<Target> {
  const text = poolConfig({ listen: freePort(), servers: [], options: { cluster: { seeds: [seed] } } });
  return toTarget(CLUSTER, await startSennit(text));
}

/** What this proxy is called with several workers. */
export function workersName(workers: number): string {
  return `${SENNIT}, ${workers} workers`;
}

/** Starts nutcracker afresh. */
export async function startNutcrackerTarget(backends: Backends): Promise<Target> {
  return toTarget(NUTCRACKER, await startNutcracker(configFor(backends)));
}

/** One of the servers, without any proxy. */
export function directTarget({ protocol, servers }: Backends): Target {
  const server = servers[0]!;
  return {
    name: `${protocol}, direct`,
    host: "127.0.0.1",
    port: server.port,
    pid: server.process.pid,
    stop: async () => {},
  };
}

/**
 * Another proxy, which somebody has started, as `name=host:port:pid`, with `:memcached` behind it if it speaks that.
 *
 * Errors: throws for another form.
 */
export function peerTarget(text: string): Peer {
  const parts = /^([^=]+)=(.+?):(\d+):(\d+)(:memcached)?$/.exec(text);
  if (parts === null) {
    throw new Error(`peer ${JSON.stringify(text)} is not of the form name=host:port:pid[:memcached]`);
  }
  const [, name, host, port, pid, memcached] = parts;
  const protocol = memcached ? "memcached" : "redis";
  return { name: name!, host: host!, port: Number(port), pid: Number(pid), protocol, stop: async () => {} };
}

/** Both proxies get the same text. */
function configFor({ protocol, servers }: Backends): string {
  return poolConfig({
    listen: freePort(),
    servers,
    options: {
      ...PROTOCOLS[protocol].poolOptions,
      hash: "fnv1a_64",
      distribution: "ketama",
      auto_eject_hosts: false,
    },
  });
}

function toTarget(name: string, proxy: ProxyProcess): Target {
  const stop = () => proxy[Symbol.asyncDispose]();
  return { name, host: "127.0.0.1", port: proxy.port, pid: proxy.pid, stop };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
