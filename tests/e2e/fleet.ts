/** Servers, real or fake, behind a proxy, and where keys live among them. */
import { loadConfig, type PoolConfig } from "../../src/config/mod.ts";
import { orderServers } from "../../src/routing/ring/order_servers.ts";
import { createRing } from "../../src/routing/ring/ring.ts";
import { type OptionTexts, poolConfig } from "../support/pool_config.ts";
import { freePort } from "../support/free_port.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import type { RawClient } from "../support/raw_client.ts";
import { startSennit } from "../support/sennit.ts";

/** A server, real or fake. */
export interface AnyServer extends AsyncDisposable {
  readonly address: string;
  readonly isScripted?: boolean;
}

/** How a fleet is set up. */
export interface FleetOptions {
  /** Options of the pool by their names in the file. */
  readonly options?: OptionTexts;
  /** `limits.total_bytes`. */
  readonly totalBytes?: string;
  /** Processes that share the clients. */
  readonly workers?: number;
  /** Port of 127.0.0.1 for the admin endpoint. */
  readonly adminPort?: number;
  /** Log level; 6 names clients that were lost. */
  readonly verbosity?: number;
}

/** A pool over `servers`, and the proxy that serves it. Stopping it stops the servers too. */
export class Fleet<S extends AnyServer> implements AsyncDisposable {
  readonly #pool: PoolConfig;

  private constructor(readonly servers: readonly S[], readonly proxy: ProxyProcess, config: string) {
    this.#pool = loadConfig(config, "fleet.yml").config!.pools[0]!;
  }

  /** Starts a proxy in front of the servers. */
  static async start<S extends AnyServer>(
    servers: readonly S[],
    options: FleetOptions = {},
  ): Promise<Fleet<S>> {
    const config = configFile(servers, options);
    const args = options.verbosity === undefined ? [] : ["-v", String(options.verbosity)];
    try {
      return new Fleet(servers, await startSennit(config, { args }), config);
    } catch (error) {
      for (const server of servers) await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The index of the server that owns a key when all servers but those in `without` are in the ring. */
  ownerOf(key: string, without: readonly number[] = []): number {
    const ordered = orderServers(this.#pool.servers);
    const indexes = ordered.map((server) => this.#pool.servers.indexOf(server));
    const live = indexes.map((index) => !without.includes(index));
    const { hash, distribution, hashTag } = this.#pool;
    const ring = createRing({
      hash,
      distribution,
      hashTag,
      servers: ordered,
      live,
      epoch: 0,
      random: () => 0,
    });
    const bytes = Buffer.from(key);
    return indexes[ring.route(bytes, 0, bytes.length)]!;
  }

  /** A key that a certain server owns; another one for another `name`. */
  keyOn(server: number, name = "key"): string {
    for (let i = 0;; i++) {
      const key = `${name}:${i}`;
      if (this.ownerOf(key) === server) return key;
    }
  }

  /** A connection to the proxy. */
  connect(): Promise<RawClient> {
    return this.proxy.connect();
  }

  /** The log's lines about an event. */
  logged(event: string): string[] {
    return this.proxy.log.split("\n").filter((line) => line.includes(` ${event} `));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    for (const server of this.servers) await server[Symbol.asyncDispose]();
  }
}

/** Our form of the file, because nutcracker's has no place for limits. */
function configFile(
  servers: readonly AnyServer[],
  { options, totalBytes, workers = 1, adminPort }: FleetOptions,
): string {
  const pool = poolConfig({ listen: freePort(), servers, options: { hash: "murmur", ...options } });
  const limits = totalBytes === undefined ? "" : `limits:\n  total_bytes: ${totalBytes}\n`;
  const admin = adminPort === undefined ? "" : `admin: { listen: "127.0.0.1:${adminPort}" }\n`;
  return `workers: ${workers}\n${admin}${limits}pools:\n${pool.replaceAll(/^(?=.)/gm, "  ")}`;
}
