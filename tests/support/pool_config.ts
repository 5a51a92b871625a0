/** Texts of configuration files in nutcracker's form, and what they say about listening. */
import type { Endpoint } from "./raw_client.ts";

/** What a pool's text is made of: `listen`, `servers`, and options by their names in the file. */
export interface PoolText {
  readonly name?: string;
  /** A port of 127.0.0.1, or a path. */
  readonly listen: Endpoint;
  /** `address:weight name`, or servers of this folder, which get weight 1 and no name; none in a cluster. */
  readonly servers: readonly (string | { readonly address: string; readonly isScripted?: boolean })[];
  /** Further options, such as `{ timeout: 400, hash_tag: "{}" }`. */
  readonly options?: OptionTexts;
}

/** Options by their names in the file; some are lists, or maps of options. */
export type OptionTexts = Readonly<Record<string, string | number | boolean | readonly string[] | OptionMap>>;
type OptionMap = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, string>>>
>;

/** One pool of Redis servers (`redis: false` in the options: of memcached). Joined texts make a file of several. */
export function poolConfig({ name = "main", listen, servers, options = {} }: PoolText): string {
  const address = typeof listen === "number" ? `127.0.0.1:${listen}` : listen;
  const isScripted = servers.some((server) => typeof server !== "string" && server.isScripted);
  const all = { listen: address, redis: true, ...(isScripted ? { learn_commands: false } : {}), ...options };
  return [
    `${name}:`,
    ...Object.entries(all).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    ...(servers.length === 0 ? [] : ["  servers:"]),
    ...servers.map((server) => `    - ${typeof server === "string" ? server : `${server.address}:1`}`),
    "",
  ].join("\n");
}

/** Where a configuration's pools listen, in the file's order. */
export function listenEndpoints(config: string): Endpoint[] {
  return Array.from(config.matchAll(/^\s*listen:\s*["']?([^"'\n]+?)["']?\s*$/gm), ([, address]) => {
    const [place] = address!.split(" ");
    return place!.startsWith("/") ? place! : Number(/\d+$/.exec(place!)![0]);
  });
}
