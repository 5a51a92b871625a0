/** What differs between the protocols: the servers, how keys get into them, and the program that makes the load. */
import type { BackendServer } from "../../tests/support/backend_server.ts";
import { MemcachedServer } from "../../tests/support/memcached_server.ts";
import { RawClient } from "../../tests/support/raw_client.ts";
import { RedisServer } from "../../tests/support/redis_server.ts";
import { command } from "../../tests/support/resp_encoder.ts";
import type { ClientView, Load, ProtocolName } from "./load.ts";
import { runMemcachedLoad } from "./memcached_load.ts";
import { setRequest } from "./memcached_request.ts";
import { runRedisBenchmark } from "./redis_benchmark.ts";

/** Rows that go to a server directly have as many connections as those that go to a proxy. */
const MAX_CLIENTS = 15_000;
/** Enough that memcached evicts nothing, whatever sizes the rows before have left slabs for. Units: megabytes. */
const MEMCACHED_MEMORY = 512;

/** One protocol. */
export interface Protocol {
  /** The program of its servers. */
  readonly program: string;
  /** What a pool's configuration says about it. */
  readonly poolOptions: Readonly<Record<string, boolean>>;
  readonly startServers: (count: number) => Promise<BackendServer[]>;
  /** Removes all keys of all servers. */
  readonly clear: (servers: readonly BackendServer[]) => Promise<void>;
  readonly encodeSet: (key: string, value: Uint8Array) => Uint8Array;
  /** The reply to a set that was carried out. */
  readonly stored: string;
  /** Sends `requests` requests as fast as they are answered. */
  readonly run: (host: string, port: number, load: Load, requests: number) => Promise<ClientView>;
}

/** All protocols. */
export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  redis: {
    program: "redis-server",
    poolOptions: { redis: true },
    startServers: (count) => RedisServer.startMany(count, { args: ["--maxclients", `${MAX_CLIENTS}`] }),
    clear: (servers) => askAll(servers, "FLUSHALL\r\n", "+OK"),
    encodeSet: (key, value) => command("SET", key, value),
    stored: "+OK\r\n",
    run: runRedisBenchmark,
  },
  memcached: {
    program: "memcached",
    poolOptions: { redis: false },
    startServers: (count) => MemcachedServer.startMany(count, { args: ["-m", `${MEMCACHED_MEMORY}`] }),
    clear: (servers) => askAll(servers, "flush_all\r\n", "OK"),
    encodeSet: setRequest,
    stored: "STORED\r\n",
    run: runMemcachedLoad,
  },
};

/** Sends every server a request. Errors: throws when one doesn't answer as it should. */
async function askAll(servers: readonly BackendServer[], request: string, reply: string): Promise<void> {
  for (const { endpoint, address } of servers) {
    using client = await RawClient.connect(endpoint);
    client.write(request);
    const line = await client.readLine();
    if (line !== reply) throw new Error(`${address} answers ${request.trim()} with ${line}`);
  }
}
