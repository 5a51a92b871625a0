/** The peer: a real nutcracker in front of the same servers. */
import { freePort } from "./free_port.ts";
import { findProgram } from "./programs.ts";
import { ProxyProcess } from "./proxy_process.ts";

/** Starts nutcracker with a configuration file of this text and waits until its pools accept connections. */
export function startNutcracker(config: string, args: readonly string[] = []): Promise<ProxyProcess> {
  return ProxyProcess.start({
    name: "nutcracker",
    config,
    // deno-fmt-ignore
    command: (file, dir) => [
      findProgram("nutcracker"),
      "--conf-file", file, "--pid-file", dir.file("nutcracker.pid"),
      "--stats-addr", "127.0.0.1", "--stats-port", String(freePort()), ...args,
    ],
  });
}
