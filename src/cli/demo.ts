/**
 * The demo: two stores in memory, the proxy in front of them, and what to type. All of it is this one process, which
 * writes no file, so that nothing is left behind however it ends.
 */
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfigText } from "../control/settings/config_file.ts";
import { Lifecycle } from "../control/lifecycle.ts";
import { Log, type LogOptions } from "../control/log/log.ts";
import { StoreServer } from "../store/mod.ts";
import { AdminFace } from "./admin_face.ts";
import type { Output } from "./output.ts";
import { takeSignals } from "./signals.ts";

const HOST = "127.0.0.1";
/** Warnings, and what is worse. */
const LOG: LogOptions = { level: 4, format: "text", file: null };

/** Where the parts of a demo listen. */
interface Ports {
  readonly proxy: number;
  readonly admin: number;
  readonly stores: readonly number[];
}

/** Runs the demo until it is stopped. Shape: the exit code. */
export async function demo(output: Output): Promise<number> {
  const log = new Log(LOG);
  const stopped = Promise.withResolvers<string>();
  // It ends with its terminal, too.
  takeSignals(log, {
    reload: () => stopped.resolve("SIGHUP"),
    upgrade() {},
    stop: stopped.resolve,
    abort() {},
  });
  const stores: StoreServer[] = [];
  try {
    const [proxy, admin, ...others] = await freePorts(4) as [number, number, number, number];
    const ports = { proxy, admin, stores: others };
    for (const port of ports.stores) stores.push(await startStore(port, output));
    const running = await startProxy(ports, log);
    output.out(instructions(ports));
    await running.stop(await stopped.promise);
    return 0;
  } catch (error) {
    output.err(`sennit: ${(error as Error).message}`);
    return 1;
  } finally {
    await Promise.all(stores.map((store) => store.stop()));
  }
}

function startStore(port: number, output: Output): Promise<StoreServer> {
  return StoreServer.start({
    address: { kind: "tcp", host: HOST, port },
    database: "sqlite::memory:",
    durability: "off",
    protocol: "auto",
    password: null,
    report: (text) => output.err(`sennit: ${text}`),
  });
}

/** Starts the proxy with its admin endpoint. */
async function startProxy(ports: Ports, log: Log): Promise<{ stop(reason: string): Promise<void> }> {
  // The name is for messages; there is no such file.
  const file = join(tmpdir(), `sennit-demo-${process.pid}`, "demo.yml");
  const { config, texts, ...read } = await readConfigText(demoConfig(ports), file);
  if (config === null) throw new Error(read.faults[0]!.message);
  const running = await Lifecycle.start({
    read: { ...read, config, texts },
    log,
    logOptions: () => LOG,
    sockets: {},
  });
  const admin = new AdminFace(running.instance, running.report);
  await admin.open(config, texts, false);
  return {
    async stop(reason) {
      running.stop(reason);
      await running.ended();
      await admin.close();
    },
  };
}

function demoConfig({ proxy, admin, stores }: Ports): string {
  const servers = stores.map((port) => `      - "${HOST}:${port}:1"\n`).join("");
  return `pools:
  demo:
    listen: "${HOST}:${proxy}"
    protocol: redis
    hash: murmur
    servers:
${servers}admin:
  listen: "${HOST}:${admin}"
`;
}

function instructions({ proxy, admin, stores }: Ports): string {
  return [
    `Sennit is running in front of two stores of its own, in memory. Try:`,
    "",
    `  redis-cli -p ${proxy}`,
    "",
    "  SET user:1 ada",
    "  MSET user:2 grace user:3 edsger",
    "  MGET user:1 user:2 user:3",
    "",
    `and see who has what:   redis-cli -p ${stores[0]} KEYS '*'`,
    `                        redis-cli -p ${stores[1]} KEYS '*'`,
    `and what the proxy did: http://${HOST}:${admin}/stats`,
    "",
    "Ctrl-C ends it and leaves nothing behind.",
  ].join("\n");
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.once("listening", resolve))));
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return ports;
}
