/** What makes two connections to a server interchangeable: requests may take either only when this is the same. */
import type { PoolConfig, ServerConfig } from "../config/mod.ts";

/** A text that is equal for equal ways to a server. It may hold secrets. */
export function wayTo(server: ServerConfig, config: PoolConfig): string {
  const { redisAuth, redisDb, serverConnections } = config;
  return JSON.stringify([server.name, server.address, redisAuth, redisDb, serverConnections]);
}
