/** The proxy's books: whatever happened, once it is quiet nothing may be left of it. */
import { eventually } from "./eventually.ts";
import type { ProxyProcess } from "./proxy_process.ts";

/** Waits until the proxy holds no bytes and no client but the one that asks. Errors: throws when it doesn't come to that. */
export async function untilQuiet(proxy: ProxyProcess): Promise<void> {
  using client = await proxy.connect();
  await eventually("the proxy holds nothing", async () => {
    const info = String(await client.command("INFO"));
    return /^connected_clients:1\r$/m.test(info) && /^bytes_in_flight:0\r$/m.test(info);
  });
}

/** A field of the proxy's INFO, as a number. */
export async function infoNumber(proxy: ProxyProcess, field: string): Promise<number> {
  using client = await proxy.connect();
  const info = String(await client.command("INFO"));
  return Number(new RegExp(`^${field}:(\\d+)\r$`, "m").exec(info)?.[1]);
}
