/**
 * Starts the real servers that the routing test asks: a few redis-servers, and nutcracker in front of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

const START_MS = 5000;
const RETRY_MS = 20;
// Debian installs it where a user's PATH doesn't lead.
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** One redis-server, reachable in two ways. */
export interface Server {
  readonly socket: string;
  readonly port: number;
  readonly client: Redis;
}

/** Why the test can't run on this machine, or null when it can. */
export function reasonToSkip(): string | null {
  if (process.arch !== "x64") {
    return "nutcracker reads bytes from 0x80 up otherwise where C's char is unsigned";
  }
  const missing = ["nutcracker", "redis-server"].find((program) => Bun.which(program, { PATH }) === null);
  return missing === undefined ? null : `${missing} is not installed`;
}

/** A directory, the processes that work in it, and the clients that talk to them; gone after `stop`. */
export class Fleet {
  readonly directory = mkdtempSync(join(tmpdir(), "sennit-routing-"));
  readonly #processes: Bun.Subprocess[] = [];
  readonly #clients: Redis[] = [];

  /** Starts redis-servers and waits until they answer. */
  async startRedis(count: number): Promise<Server[]> {
    const servers = freePorts(count).map((port, i) => {
      const socket = join(this.directory, `redis${i}.sock`);
      // deno-fmt-ignore
      this.#start("redis-server", [
        "--port", `${port}`, "--bind", "127.0.0.1", "--unixsocket", socket, "--dir", this.directory,
        "--save", "", "--appendonly", "no", "--daemonize", "no",
      ]);
      return { socket, port, client: this.connect(socket) };
    });
    await Promise.all(servers.map(({ client }) => client.ping()));
    return servers;
  }

  /** Starts nutcracker with a configuration file of this text. Its pools listen some moments later. */
  startNutcracker(configuration: string): void {
    const file = join(this.directory, "nutcracker.yml");
    writeFileSync(file, configuration);
    // deno-fmt-ignore
    this.#start("nutcracker", [
      "--conf-file", file, "--output", join(this.directory, "nutcracker.log"),
      "--pid-file", join(this.directory, "nutcracker.pid"),
      "--stats-addr", "127.0.0.1", "--stats-port", `${freePorts(1)[0]}`,
    ]);
  }

  /** A client that says nothing of its own accord, since nutcracker closes on commands it doesn't know. */
  connect(socket: string): Redis {
    const client = new Redis({
      path: socket,
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
      retryStrategy: () => RETRY_MS,
      maxRetriesPerRequest: START_MS / RETRY_MS,
    });
    // Refused attempts while the server starts; a request that stays unanswered fails by itself.
    client.on("error", () => {});
    this.#clients.push(client);
    return client;
  }

  /** Ends the clients, then the processes, and takes the directory away. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    for (const process of this.#processes) process.kill("SIGKILL");
    await Promise.all(this.#processes.map((process) => process.exited));
    rmSync(this.directory, { recursive: true });
  }

  #start(program: string, args: string[]): void {
    const command = [Bun.which(program, { PATH })!, ...args];
    this.#processes.push(Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" }));
  }
}

/** Ports nothing listens on. They are held together until all are known, so that none comes twice. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => {
    return Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  });
  const ports = listeners.map((listener) => listener.port);
  for (const listener of listeners) listener.stop(true);
  return ports;
}
