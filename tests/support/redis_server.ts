/** A real redis-server of a test's own: it keeps nothing on disk and can be taken away and brought back. */
import { type BackendOptions, BackendServer } from "./backend_server.ts";
import { findProgram } from "./programs.ts";
import { RawClient } from "./raw_client.ts";
import type { Argument } from "./resp_encoder.ts";
import type { RespValue } from "./resp.ts";
import type { Launch } from "./server_process.ts";

/** What a redis-server may be told; `args` as in `["--maxclients", "10"]`. */
export interface RedisOptions extends BackendOptions {
  /** Makes clients authenticate. */
  readonly password?: string;
}

/** A running redis-server. */
export class RedisServer extends BackendServer {
  readonly #options: RedisOptions;

  private constructor(options: RedisOptions) {
    super(options);
    this.#options = options;
  }

  /** Starts a server and waits until it answers. */
  static start(options: RedisOptions = {}): Promise<RedisServer> {
    return new RedisServer(options).started();
  }

  /** Starts so many servers at once. */
  static startMany(count: number, options: RedisOptions = {}): Promise<RedisServer[]> {
    return Promise.all(Array.from({ length: count }, () => RedisServer.start(options)));
  }

  /** Runs one command over a connection of its own; an error reply is given as a RespError. */
  async command(...args: readonly Argument[]): Promise<RespValue> {
    using client = await RawClient.connect(this.endpoint);
    const { password } = this.#options;
    if (password !== undefined) await client.command("AUTH", password);
    return await client.command(...args);
  }

  protected override launch(): Launch {
    const { endpoint } = this;
    const { password, args = [] } = this.#options;
    const listening = typeof endpoint === "string"
      ? ["--port", "0", "--unixsocket", endpoint]
      : ["--port", String(endpoint), "--bind", "127.0.0.1"];
    return {
      name: `redis-server on ${this.address}`,
      // deno-fmt-ignore
      command: [
        findProgram("redis-server"), ...listening,
        "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", this.dir.path,
        ...(password === undefined ? [] : ["--requirepass", password]),
        ...args,
      ],
      isReady: async () => await this.command("PING") === "PONG",
    };
  }
}
