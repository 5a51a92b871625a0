/** How long the proxy takes from its start to the first accepted connection. */
import { writeFileSync } from "node:fs";
import { freePort } from "../../tests/support/free_port.ts";
import { poolConfig } from "../../tests/support/pool_config.ts";
import { findProgram, PATH } from "../../tests/support/programs.ts";
import { sennitCommand } from "../../tests/support/sennit.ts";
import { TempDir } from "../../tests/support/temp_dir.ts";
import { median } from "./median.ts";

const RETRY_MS = 0.5;
const DEADLINE_MS = 10_000;

/** This proxy's start, the median of several. Units: milliseconds. */
export async function sennitStartup(times: number): Promise<number> {
  return await startup(times, (file) => [...sennitCommand(), "-c", file]);
}

/** Nutcracker's. Units: milliseconds. */
export async function nutcrackerStartup(times: number): Promise<number> {
  const program = findProgram("nutcracker");
  return await startup(times, (file) => [program, "-c", file, "-a", "127.0.0.1", "-s", `${freePort()}`]);
}

async function startup(times: number, command: (file: string) => readonly string[]): Promise<number> {
  using dir = new TempDir();
  const all: number[] = [];
  while (all.length < times) all.push(await startOnce(dir, command));
  return median(all);
}

async function startOnce(dir: TempDir, command: (file: string) => readonly string[]): Promise<number> {
  const port = freePort();
  const file = dir.file("nutcracker.yml");
  writeFileSync(file, poolConfig({ listen: port, servers: [`127.0.0.1:${freePort()}:1`] }));
  const began = performance.now();
  const child = Bun.spawn([...command(file)], {
    cwd: dir.path,
    env: { ...process.env, PATH },
    stdio: ["ignore", "ignore", "ignore"],
  });
  try {
    while (!await accepts(port)) {
      if (performance.now() - began > DEADLINE_MS) {
        throw new Error(`${command(file).join(" ")} doesn't listen`);
      }
      await Bun.sleep(RETRY_MS);
    }
    return performance.now() - began;
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.terminate();
    return true;
  } catch {
    return false;
  }
}
