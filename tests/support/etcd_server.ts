/** A real etcd of a test's own: one member, or several that form a cluster; its data outlives a restart. */
import { rmSync } from "node:fs";
import { type BackendOptions, BackendServer } from "./backend_server.ts";
import { freePort, freePorts } from "./free_port.ts";
import { findProgram } from "./programs.ts";
import { RawClient } from "./raw_client.ts";
import type { Launch } from "./server_process.ts";

/** What an etcd may be told. */
export interface EtcdServerOptions extends BackendOptions {
  /** Speaks TLS to its clients: files of its certificate, its key, and an authority that clients' certificates need. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** The ports on which the members of its cluster talk to each other, and which of them it is. */
  readonly cluster?: { readonly ports: readonly number[]; readonly member: number };
}

/** A running etcd. */
export class EtcdServer extends BackendServer {
  readonly #options: EtcdServerOptions;
  readonly #peerPorts: readonly number[];
  #token = 0;

  private constructor(options: EtcdServerOptions) {
    super(options);
    this.#options = options;
    this.#peerPorts = options.cluster?.ports ?? [freePort()];
  }

  /** Starts a member and waits until it answers. */
  static start(options: EtcdServerOptions = {}): Promise<EtcdServer> {
    return new EtcdServer(options).started();
  }

  /** Starts a cluster of so many members. */
  static startCluster(count: number): Promise<EtcdServer[]> {
    const ports = freePorts(count);
    return Promise.all(ports.map((_, member) => EtcdServer.start({ cluster: { ports, member } })));
  }

  /** Where clients ask. */
  get url(): string {
    return `${this.#options.tls ? "https" : "http"}://localhost:${this.port}`;
  }

  /** Starts it on the same port with nothing of what it knew, as a cluster of another identity. */
  async restartEmpty(): Promise<void> {
    await this.kill();
    rmSync(this.dir.file("data"), { recursive: true });
    this.#token++;
    await this.restart();
  }

  /** Asks for something that the store under test has no use for. */
  async ask(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(this.url + path, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return await answer.json() as Record<string, unknown>;
  }

  protected override launch(): Launch {
    const { tls, cluster } = this.#options;
    const member = cluster?.member ?? 0;
    const peerUrls = this.#peerPorts.map((port) => `http://127.0.0.1:${port}`);
    const secured = tls === undefined ? [] : ["--cert-file", tls.cert, "--key-file", tls.key];
    const clients = tls?.clientCa === undefined
      ? []
      : ["--client-cert-auth", "--trusted-ca-file", tls.clientCa];
    return {
      name: `etcd on ${this.url}`,
      // deno-fmt-ignore
      command: [
        findProgram("etcd"), "--name", `member${member}`, "--data-dir", this.dir.file("data"),
        "--listen-client-urls", this.url.replace("localhost", "127.0.0.1"), "--advertise-client-urls", this.url,
        "--listen-peer-urls", peerUrls[member]!, "--initial-advertise-peer-urls", peerUrls[member]!,
        "--initial-cluster", peerUrls.map((url, i) => `member${i}=${url}`).join(","),
        "--initial-cluster-token", `test-${this.#peerPorts[0]}-${this.#token}`,
        // Elections of a machine that is busy with tests, not of one that has missed a heartbeat.
        "--heartbeat-interval", "100", "--election-timeout", "1000",
        "--logger", "zap", ...secured, ...clients, ...(this.#options.args ?? []),
      ],
      // Who has no certificate to show sees that it listens, which it does once it serves.
      isReady: () => tls === undefined ? this.#isHealthy() : this.#listens(),
    };
  }

  async #isHealthy(): Promise<boolean> {
    const answer = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(1000) });
    return (await answer.json() as { health: string }).health === "true";
  }

  async #listens(): Promise<boolean> {
    using client = await RawClient.connect(this.port);
    return !client.ended;
  }
}
