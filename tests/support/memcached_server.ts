/** A real memcached of a test's own. */
import { type BackendOptions, BackendServer } from "./backend_server.ts";
import { findProgram } from "./programs.ts";
import type { Launch } from "./server_process.ts";

/** A running memcached. */
export class MemcachedServer extends BackendServer {
  readonly #args: readonly string[];

  private constructor(options: BackendOptions) {
    super(options);
    this.#args = options.args ?? [];
  }

  /** Starts a server and waits until it answers; `args` as in `["-I", "8m"]`. */
  static start(options: BackendOptions = {}): Promise<MemcachedServer> {
    return new MemcachedServer(options).started();
  }

  /** Starts so many servers at once. */
  static startMany(count: number, options: BackendOptions = {}): Promise<MemcachedServer[]> {
    return Promise.all(Array.from({ length: count }, () => MemcachedServer.start(options)));
  }

  protected override launch(): Launch {
    const { endpoint } = this;
    const listening = typeof endpoint === "string"
      ? ["-s", endpoint]
      : ["-p", String(endpoint), "-U", "0", "-l", this.host];
    return {
      name: `memcached on ${this.address}`,
      command: [findProgram("memcached"), ...listening, "-t", "1", ...AS_ROOT, ...this.#args],
      isReady: () => this.#answers(),
    };
  }

  async #answers(): Promise<boolean> {
    using client = await this.connect();
    client.write("version\r\n");
    return (await client.readLine()).startsWith("VERSION");
  }
}

/**
 * It refuses to be root without being told to. As another user it would no longer end with the process that started
 * it: Linux forgets that when a process changes its user.
 */
const AS_ROOT = process.getuid?.() === 0 ? ["-u", "root"] : [];
