/**
 * The demo: two redis-servers of its own on free ports, the proxy in front of them, and what to type. Nothing is
 * left behind when it ends.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfigFile } from "../control/config_file.ts";
import { Log, type LogOptions } from "../control/log.ts";
import { Lifecycle } from "../control/lifecycle.ts";
import type { Output } from "./output.ts";
import { takeSignals } from "./signals.ts";

const SERVERS = 2;
/** How long a server may take to start; milliseconds. */
const START_MS = 10_000;
/** Warnings, and what is worse. */
const LOG: LogOptions = { level: 4, format: "text", file: null };

/** Runs the demo until it is stopped. Shape: the exit code. */
export async function demo(output: Output): Promise<number> {
  if (Bun.which("redis-server") === null) {
    output.err("sennit: the demo needs redis-server on the PATH (Debian: apt-get install redis-server)");
    return 1;
  }
  const log = new Log(LOG);
  const stopped = Promise.withResolvers<string>();
  // It ends with its terminal, too.
  takeSignals(log, {
    reload: () => stopped.resolve("SIGHUP"),
    upgrade() {},
    stop: stopped.resolve,
    abort() {},
  });
  const folder = mkdtempSync(join(tmpdir(), "sennit-demo-"));
  const servers: Bun.Subprocess[] = [];
  try {
    const ports = await freePorts(SERVERS + 1);
    const [port, ...serverPorts] = ports as [number, ...number[]];
    for (const serverPort of serverPorts) servers.push(startServer(serverPort, folder));
    await Promise.all(serverPorts.map(untilListening));
    const file = join(folder, "demo.yml");
    writeFileSync(file, demoConfig(port, serverPorts));
    const { config, ...read } = await readConfigFile(file);
    const running = await Lifecycle.start({
      read: { config: config!, ...read },
      log,
      logOptions: () => LOG,
      sockets: {},
    });
    output.out(instructions(port, serverPorts));
    running.stop(await stopped.promise);
    await running.ended();
    return 0;
  } finally {
    for (const server of servers) server.kill("SIGKILL");
    await Promise.all(servers.map((server) => server.exited));
    rmSync(folder, { recursive: true, force: true });
  }
}

function startServer(port: number, folder: string): Bun.Subprocess {
  const options = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  return Bun.spawn(["redis-server", ...options], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}

function demoConfig(port: number, serverPorts: readonly number[]): string {
  const servers = serverPorts.map((each) => `    - 127.0.0.1:${each}:1\n`).join("");
  return `demo:\n  listen: 127.0.0.1:${port}\n  redis: true\n  hash: murmur\n  servers:\n${servers}`;
}

function instructions(port: number, serverPorts: readonly number[]): string {
  return [
    `Sennit is running in front of ${SERVERS} redis-servers (ports ${serverPorts.join(" and ")}). Try:`,
    "",
    `  redis-cli -p ${port}`,
    "",
    "  SET user:1 ada",
    "  MSET user:2 grace user:3 edsger",
    "  MGET user:1 user:2 user:3",
    "",
    `and see who has what:  redis-cli -p ${serverPorts[0]} KEYS '*'`,
    "Ctrl-C ends it and leaves nothing behind.",
  ].join("\n");
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.once("listening", resolve))));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Errors: throws when nothing listens on the port in time. */
async function untilListening(port: number): Promise<void> {
  const until = performance.now() + START_MS;
  for (;;) {
    if (await canConnect(port)) return;
    if (performance.now() > until) throw new Error(`redis-server on port ${port} did not start`);
    await Bun.sleep(20);
  }
}
