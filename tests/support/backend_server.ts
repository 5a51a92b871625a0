/** What the real servers behind a proxy have in common: one endpoint, and a process that may go and come back on it. */
import { freePort } from "./free_port.ts";
import { type Endpoint, RawClient } from "./raw_client.ts";
import { type Launch, ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";

/** What every server may be told. */
export interface BackendOptions {
  /** The port, where it must be a certain one. */
  readonly port?: number;
  /** The address it listens on; 127.0.0.1 when not given. */
  readonly host?: string;
  /** Listens on a unix socket instead of a port. */
  readonly unix?: boolean;
  /** More options of the program's own. */
  readonly args?: readonly string[];
}

/** A server of a test's own; ended by `await using`. */
export abstract class BackendServer implements AsyncDisposable {
  /** Where clients connect: a port of 127.0.0.1, or a path. */
  readonly endpoint: Endpoint;
  /** The endpoint as configuration files write it. */
  readonly address: string;
  protected readonly host: string;
  protected readonly dir: TempDir;
  #process: ServerProcess | null = null;

  protected constructor(options: BackendOptions) {
    this.dir = new TempDir();
    this.endpoint = options.unix ? this.dir.file("server.sock") : options.port ?? freePort();
    this.host = options.host ?? "127.0.0.1";
    this.address = options.unix ? String(this.endpoint) : `${this.host}:${this.endpoint}`;
  }

  /** How the server is started. */
  protected abstract launch(): Launch;

  /** Starts it for the first time; leaves nothing behind when that fails. */
  protected async started(): Promise<this> {
    try {
      await this.restart();
      return this;
    } catch (error) {
      this.dir.remove();
      throw error;
    }
  }

  /** A connection to it. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.endpoint, this.host);
  }

  /** Its port. Errors: throws when it listens on a unix socket. */
  get port(): number {
    if (typeof this.endpoint === "string") throw new Error(`${this.endpoint} is no port`);
    return this.endpoint;
  }

  /** The process that runs now. Errors: throws between `stop` or `kill` and `restart`. */
  get process(): ServerProcess {
    if (this.#process === null) throw new Error(`the server on ${this.address} is stopped`);
    return this.#process;
  }

  /** Ends it politely: its connections are closed. */
  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = null;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.#process?.kill();
    this.#process = null;
  }

  /** Stops it where it stands: connections stay open, and new ones are made, but nothing is answered. */
  freeze(): Promise<void> {
    return this.process.freeze();
  }

  /** Lets it go on after `freeze`. */
  thaw(): void {
    this.process.thaw();
  }

  /** Starts it on the same endpoint with no data, after ending it if it runs. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = await ServerProcess.start(this.launch());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.dir.remove();
  }
}
