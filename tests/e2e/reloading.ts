/** Having a running proxy read another configuration. */
import { writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";

/** How many times an event was logged. */
export function countLogged(proxy: ProxyProcess, event: string): number {
  return proxy.log.split("\n").filter((line) => `${line} `.includes(` ${event} `)).length;
}

/** Writes the file, sends SIGHUP and waits until it was taken over. Errors: throws with the log when it wasn't. */
export async function reload(proxy: ProxyProcess, config: string): Promise<void> {
  const [done, refused] = [countLogged(proxy, "config.reloaded"), countLogged(proxy, "config.rejected")];
  writeFileSync(proxy.configFile, config);
  proxy.signal("SIGHUP");
  await eventually("it is read", () => {
    return countLogged(proxy, "config.reloaded") > done || countLogged(proxy, "config.rejected") > refused;
  });
  if (countLogged(proxy, "config.rejected") > refused) throw new Error(`it was rejected\n${proxy.log}`);
}
