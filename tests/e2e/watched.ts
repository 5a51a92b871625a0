/** A proxy whose admin endpoint is open, and what that tells of its figures. */
import type { HotKey, SlowRequest } from "../../src/stats/mod.ts";
import { fetchAdmin } from "../support/admin_client.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig, type PoolText } from "../support/pool_config.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { type Endpoint, RawClient } from "../support/raw_client.ts";
import { startSennit } from "../support/sennit.ts";

/** Figures of nutcracker's form: numbers, and objects of them. */
// deno-lint-ignore no-explicit-any
export type Stats = Record<string, any>;

/** The proxy and its endpoint; stopped by `await using`. */
export class Watched implements AsyncDisposable {
  private constructor(readonly proxy: ProxyProcess, readonly admin: number) {}

  /** Starts a proxy with these pools; `instance` is the text in front of them. */
  static async start(pools: readonly PoolText[], instance = ""): Promise<Watched> {
    const admin = freePort();
    const indented = pools.map((pool) => poolConfig(pool)).join("").replaceAll(/^(?=.)/gm, "  ");
    const proxy = await startSennit(
      `admin: { listen: "127.0.0.1:${admin}" }\n${instance}\npools:\n${indented}`,
    );
    const watched = new Watched(proxy, admin);
    await eventually("the endpoint is open", async () => (await watched.get("/healthz")) !== "");
    return watched;
  }

  /** A connection to a pool. */
  connect(pool = 0): Promise<RawClient> {
    return RawClient.connect(this.proxy.endpoints[pool]!);
  }

  /** What the endpoint answers, as text. */
  async get(path: string): Promise<string> {
    return await (await fetchAdmin(this.admin, path)).text();
  }

  /** A key of the first pool that a certain server owns, which begins with `name`. */
  async keyOn(server: string, name: string): Promise<string> {
    for (let i = 0;; i++) {
      const key = `${name}:${i}`;
      if (JSON.parse(await this.get(`/pools/main/route?key=${key}`)).server === server) return key;
    }
  }

  /** Figures in nutcracker's form. */
  async stats(): Promise<Stats> {
    return JSON.parse(await this.get("/stats"));
  }

  /** Newest first; `at` is ISO 8601 here. */
  async slowLog(): Promise<SlowRequest[]> {
    return JSON.parse(await this.get("/slowlog")).entries;
  }

  /** Most asked for first. */
  async hotKeys(): Promise<HotKey[]> {
    return JSON.parse(await this.get("/hotkeys")).keys;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
  }
}

/** What nutcracker's statistics port says. */
export async function readStats(port: Endpoint): Promise<Stats> {
  using client = await RawClient.connect(port);
  return JSON.parse((await client.readUntilClose()).toString());
}
