/** What makes two connections to a server interchangeable: requests may take either only when this is the same. */
import type { ServerConfig } from "../config/mod.ts";
import type { Pool } from "./pool.ts";

/** A text that is equal for equal ways to a server. It may hold secrets. */
export function wayTo({ name, address }: ServerConfig, { config, serverTls }: Pool): string {
  const { redisAuth, backendAuth, redisDb, serverConnections } = config;
  return JSON.stringify([name, address, redisAuth, backendAuth, redisDb, serverConnections, serverTls]);
}
