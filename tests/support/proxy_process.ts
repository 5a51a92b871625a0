/** What starting the proxy and starting its peer have in common: a configuration, a process, listening pools. */
import { writeFileSync } from "node:fs";
import { listenEndpoints } from "./pool_config.ts";
import { type Endpoint, RawClient } from "./raw_client.ts";
import { ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";

/** How a proxy is started. */
export interface ProxyLaunch {
  readonly name: string;
  /** The command line for a configuration file and a directory that is the proxy's own. */
  readonly command: (file: string, dir: TempDir) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The text of the configuration file. */
  readonly config: string;
}

/** A running proxy; stopped by `await using`. */
export class ProxyProcess implements AsyncDisposable {
  private constructor(
    readonly process: ServerProcess,
    readonly endpoints: readonly Endpoint[],
    /** The configuration file, which may be written anew. */
    readonly configFile: string,
    readonly dir: TempDir,
  ) {}

  /** Starts a proxy and waits until each of its pools accepts connections. */
  static async start({ name, command, env, config }: ProxyLaunch): Promise<ProxyProcess> {
    const dir = new TempDir();
    const file = dir.file("nutcracker.yml");
    writeFileSync(file, config);
    const endpoints = listenEndpoints(config);
    const isReady = async () => {
      for (const endpoint of endpoints) (await RawClient.connect(endpoint)).close();
      return true;
    };
    try {
      const process = await ServerProcess.start({ name, command: command(file, dir), env, isReady });
      return new ProxyProcess(process, endpoints, file, dir);
    } catch (error) {
      dir.remove();
      throw error;
    }
  }

  /** Where the first pool listens. */
  get endpoint(): Endpoint {
    return this.endpoints[0]!;
  }

  /** The first pool's port. Errors: throws when it listens on a unix socket. */
  get port(): number {
    if (typeof this.endpoint === "string") throw new Error(`${this.endpoint} is no port`);
    return this.endpoint;
  }

  /** The process's id. */
  get pid(): number {
    return this.process.pid;
  }

  /** All that it has written on standard error and standard output. */
  get log(): string {
    return this.process.output;
  }

  /** Does the work of a test. Errors: those of `work`, with all that the proxy has written behind them. */
  async explain(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new Error(`${(error as Error).message}\nthe proxy wrote:\n${this.log}`, { cause: error });
    }
  }

  /** Resident memory. Units: bytes. */
  rss(): number {
    return this.process.rss();
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.process.signal(signal);
  }

  /** A connection to the first pool. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.endpoint);
  }

  /** Asks it to end and waits. Shape: the exit code. */
  async stop(): Promise<number> {
    return await this.process.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill();
    this.dir.remove();
  }
}
