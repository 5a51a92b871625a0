const encoder = new TextEncoder();

/**
 * The servers in the order in which nutcracker numbers them: by length of the name in bytes, then by its
 * bytes.
 *
 * The order in the file has no say: `server10` comes after `server9`, and an index of a router is a place in
 * the list this returns.
 */
export function orderServers<S extends { readonly name: string }>(servers: readonly S[]): S[] {
  return servers
    .map((server) => ({ server, name: encoder.encode(server.name) }))
    .sort((one, other) => one.name.length - other.name.length || Buffer.compare(one.name, other.name))
    .map(({ server }) => server);
}
