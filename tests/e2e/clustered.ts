/** A Redis Cluster behind a proxy, and keys of it. */
import { slotOf } from "../../src/routing/cluster/slot.ts";
import { freePort } from "../support/free_port.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import type { RawClient } from "../support/raw_client.ts";
import { type ClusterOptions, RedisCluster } from "../support/redis_cluster.ts";
import { startSennit } from "../support/sennit.ts";

/** How the proxy is set up. */
export interface ClusteredOptions extends ClusterOptions {
  readonly workers?: number;
  readonly adminPort?: number;
  /** More options of the pool. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A cluster and the proxy in front of it. */
export class Clustered implements AsyncDisposable {
  readonly cluster: RedisCluster;
  readonly proxy: ProxyProcess;

  private constructor(cluster: RedisCluster, proxy: ProxyProcess) {
    this.cluster = cluster;
    this.proxy = proxy;
  }

  /** Starts both, and waits until the proxy knows the cluster. */
  static async start(options: ClusteredOptions = {}): Promise<Clustered> {
    const cluster = await RedisCluster.start(options);
    try {
      return new Clustered(cluster, await startSennit(configText(cluster, options)));
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  connect(): Promise<RawClient> {
    return this.proxy.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
  }
}

/** The slot of a key. */
export function slotOfKey(key: string): number {
  const bytes = Buffer.from(key);
  return slotOf(bytes, 0, bytes.length);
}

/** A key of a slot, another one for another `name`. */
export function keyIn(slot: number, name = ""): string {
  return `{${tagIn(slot)}}${name}`;
}

let tried = 0;
const tags = new Map<number, string>();

function tagIn(slot: number): string {
  for (let i = tried; !tags.has(slot); tried = ++i) {
    if (!tags.has(slotOfKey(`t${i}`))) tags.set(slotOfKey(`t${i}`), `t${i}`);
  }
  return tags.get(slot)!;
}

function configText(
  cluster: RedisCluster,
  { workers = 1, adminPort, options = {}, password }: ClusteredOptions,
): string {
  const pool = {
    listen: `127.0.0.1:${freePort()}`,
    redis: true,
    admin_commands: true,
    cluster: { seeds: [cluster.seed] },
    ...(password === undefined ? {} : { backend_auth: { password } }),
    ...options,
  };
  const admin = adminPort === undefined ? "off" : `127.0.0.1:${adminPort}`;
  const lines = Object.entries(pool).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`);
  return [`workers: ${workers}`, `admin: { listen: "${admin}" }`, "pools:", "  c:", ...lines, ""].join("\n");
}
