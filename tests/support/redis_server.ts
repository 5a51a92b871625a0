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
  /** Speaks TLS on its port: files of its certificate, its key, and an authority for clients' certificates. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
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
    using client = await RawClient.connect(this.#options.tls ? this.#plainSocket : this.endpoint);
    const { password } = this.#options;
    if (password !== undefined) await client.command("AUTH", password);
    return await client.command(...args);
  }

  /** Where a server that speaks TLS takes this process's own commands. */
  get #plainSocket(): string {
    return this.dir.file("plain.sock");
  }

  #tlsArguments(): string[] {
    const { cert, key, clientCa } = this.#options.tls!;
    // deno-fmt-ignore
    return [
      "--unixsocket", this.#plainSocket, "--tls-cert-file", cert, "--tls-key-file", key,
      "--tls-ca-cert-file", clientCa ?? cert, "--tls-auth-clients", clientCa === undefined ? "no" : "yes",
    ];
  }

  protected override launch(): Launch {
    const { endpoint } = this;
    const { password, args = [] } = this.#options;
    const listening = typeof endpoint === "string"
      ? ["--port", "0", "--unixsocket", endpoint]
      : this.#options.tls
      ? ["--port", "0", "--tls-port", String(endpoint), "--bind", "127.0.0.1", ...this.#tlsArguments()]
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
