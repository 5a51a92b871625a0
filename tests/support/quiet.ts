/** The proxy's books: whatever happened, once it is quiet nothing may be left of it. */
import { eventually } from "./eventually.ts";
import type { ProxyProcess } from "./proxy_process.ts";
import type { RawClient } from "./raw_client.ts";

/** Waits until the proxy holds no bytes and no client but the one that asks. Errors: throws when it doesn't come to that. */
export async function untilQuiet(proxy: ProxyProcess): Promise<void> {
  using client = await proxy.connect();
  await eventually("the proxy holds nothing", async () => {
    const info = String(await client.command("INFO"));
    return /^connected_clients:1\r$/m.test(info) && /^bytes_in_flight:0\r$/m.test(info);
  });
}

/** The same for a proxy whose pool speaks memcached, with so many clients, the one that asks included. */
export async function untilMemcachedQuiet(proxy: ProxyProcess, clients = 1): Promise<void> {
  using client = await proxy.connect();
  await eventually("the proxy holds nothing", async () => {
    const figures = await memcachedStats(client);
    return figures.get("curr_connections") === String(clients) && figures.get("bytes_in_flight") === "0";
  });
}

/** What `stats` says on a connection to a memcached, or to a pool of them. */
export async function memcachedStats(client: RawClient): Promise<Map<string, string>> {
  client.write("stats\r\n");
  const figures = new Map<string, string>();
  for (let line = await client.readLine(); line !== "END"; line = await client.readLine()) {
    const [, name, value] = line.split(" ");
    figures.set(name!, value!);
  }
  return figures;
}

/** A field of the proxy's INFO, as a number. */
export async function infoNumber(proxy: ProxyProcess, field: string): Promise<number> {
  using client = await proxy.connect();
  const info = String(await client.command("INFO"));
  return Number(new RegExp(`^${field}:(\\d+)\r$`, "m").exec(info)?.[1]);
}

/**
 * Waits until the proxy holds more than so many bytes, and the same at two looks: somebody doesn't take them. Name a
 * low mark: what the system takes late may bring it from beyond the high one to anywhere above that, where it stays.
 */
export async function untilStuck(proxy: ProxyProcess, lowMark: number): Promise<void> {
  let before = 0;
  await eventually("the proxy is stuck", async () => {
    const held = await infoNumber(proxy, "bytes_in_flight");
    const isSame = held === before;
    before = held;
    return isSame && held > lowMark;
  });
}
