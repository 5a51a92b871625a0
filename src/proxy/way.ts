/** What makes two connections to a server interchangeable: requests may take either only when this is the same. */
import type { Address } from "../config/address.ts";
import type { ServerConfig } from "../config/mod.ts";
import type { ConnectTls } from "../transport/tls.ts";
import type { Pool } from "./pool.ts";
import type { Greeting, Protocol } from "./protocol.ts";
import { USUAL, type Variant } from "./variant.ts";

/** How a server is connected to. It stays as it was made, whatever becomes of the pool. */
export interface Way {
  readonly address: Address;
  /** Null: without TLS. */
  readonly tls: ConnectTls | null;
  /** What is said first; null: nothing. */
  readonly greeting: Greeting | null;
  /** The same for a connection of another variant. */
  greetingOf(variant: Variant): Greeting | null;
  /** Equal for equal ways to one server. It may hold secrets. */
  readonly text: string;
  /** Equal where a connection that only listens hears the same, whatever the server is called. May hold secrets too. */
  readonly listenText: string;
}

/** The way to a server of a pool with these settings. */
export function wayTo(
  { name, address }: ServerConfig,
  { config, serverTls }: Pick<Pool, "config" | "serverTls">,
  protocol: Protocol,
): Way {
  // The pool's own object may change under it.
  const asConfigured = { ...config };
  const greetingOf = (variant: Variant) => protocol.greetingFor(asConfigured, variant);
  const { redisAuth, backendAuth, redisDb, serverConnections } = config;
  const listening = [address, redisAuth, backendAuth, serverTls];
  return {
    address,
    tls: serverTls,
    greeting: greetingOf(USUAL),
    greetingOf,
    text: JSON.stringify([name, redisDb, serverConnections, ...listening]),
    listenText: JSON.stringify(listening),
  };
}
