/** What makes two connections to a server interchangeable: requests may take either only when this is the same. */
import type { Address } from "../config/address.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { ConnectTls } from "../transport/tls.ts";
import type { Pool } from "./pool.ts";
import type { Greeting } from "./protocol.ts";

/** How a server is connected to. It stays as it was made, whatever becomes of the pool. */
export interface Way {
  readonly address: Address;
  /** Null: without TLS. */
  readonly tls: ConnectTls | null;
  /** What is said first; null: nothing. */
  readonly greeting: Greeting | null;
  /** Equal for equal ways to one server. It may hold secrets. */
  readonly text: string;
}

/** The way to a server of a pool as it is now. */
export function wayTo({ name, address }: ServerConfig, { config, serverTls, protocol }: Pool): Way {
  const { redisAuth, backendAuth, redisDb, serverConnections } = config;
  const parts = [name, address, redisAuth, backendAuth, redisDb, serverConnections, serverTls];
  return { address, tls: serverTls, greeting: protocol.greeting, text: JSON.stringify(parts) };
}
