/** A store of a test's own: the process as a user starts it, over the database that its URL names. */
import { freePort } from "./free_port.ts";
import { type Endpoint, RawClient } from "./raw_client.ts";
import type { Argument } from "./resp_encoder.ts";
import type { RespValue } from "./resp.ts";
import { sennitCommand } from "./sennit.ts";
import { ServerProcess } from "./server_process.ts";

/** What a store may be started with. */
export interface StoreProcessOptions {
  /** The unix socket to listen on; a free port when left out. */
  readonly path?: string;
  /** More of the command line. */
  readonly args?: readonly string[];
  /** What the command line is put behind, such as `strace` and its options. */
  readonly prefix?: readonly string[];
}

/** A running store. */
export class StoreProcess implements AsyncDisposable {
  private constructor(readonly endpoint: Endpoint, readonly process: ServerProcess) {}

  /** Starts a store and waits until it answers. */
  static async start(
    database: string,
    { path, args = [], prefix = [] }: StoreProcessOptions = {},
  ): Promise<StoreProcess> {
    const endpoint = path ?? freePort();
    const listen = typeof endpoint === "string" ? endpoint : `127.0.0.1:${endpoint}`;
    const process = await ServerProcess.start({
      name: `the store over ${database}`,
      command: [...prefix, ...sennitCommand(), "store", "--listen", listen, ...args, database],
      isReady: async () => {
        // Both protocols have a word for it, be it that it is none of theirs.
        using client = await RawClient.connect(endpoint);
        client.write("*1\r\n$4\r\nPING\r\n");
        return await client.readLine() !== "";
      },
    });
    return new StoreProcess(endpoint, process);
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.endpoint);
  }

  /** Runs one command over a connection of its own. */
  async command(...args: readonly Argument[]): Promise<RespValue> {
    using client = await this.connect();
    return await client.command(...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill();
  }
}
