/** A worker in this process, told what to be by a test in place of a supervisor. */
import type { Config } from "../../src/config/mod.ts";
import { clientsOfAll } from "../../src/control/crew/clients_of_all.ts";
import type { Plan, SocketOffer } from "../../src/control/worker/plan.ts";
import { Topology } from "../../src/control/topology/topology.ts";
import { Worker } from "../../src/control/worker/worker.ts";
import type { SupervisorApi } from "../../src/control/worker/worker_api.ts";
import { Seats } from "../../src/proxy/mod.ts";
import { closeDescriptor, duplicate, openSocket } from "../../src/transport/listening_socket.ts";
import { RawClient } from "./raw_client.ts";

/** The worker, and what it told its supervisor. */
export class WorkerRig implements AsyncDisposable {
  readonly worker: Worker;
  /** What it reported, and which servers failed: `event` with its facts, or `server.failed` with what was said. */
  readonly told: unknown[][] = [];
  topology = new Topology();

  readonly #clients: RawClient[] = [];

  constructor() {
    const supervisor: SupervisorApi = {
      report: (event, facts) => this.told.push([event, facts]),
      serverFailed: (...failure) => this.told.push(["server.failed", ...failure]),
      serverReady: () => {},
      layoutDoubted: () => {},
      instanceFigures: () => Promise.reject(new Error("there is no instance")),
      instanceSlowLog: () => Promise.resolve([]),
      resetInstanceSlowLog: () => Promise.resolve(),
      ...clientsOfAll(() => Promise.resolve([])),
    };
    this.worker = new Worker(supervisor, new Seats(), 0);
  }

  /** A client, which is gone when the worker is. */
  async connect(port: number): Promise<RawClient> {
    const client = await RawClient.connect(port);
    this.#clients.push(client);
    return client;
  }

  /** What the worker would be told to be; its epochs count from what is in force. */
  plan(config: Config): { plan: Plan; topology: Topology } {
    const topology = this.topology.with(config, {}, 0);
    return { plan: { config, pools: topology.plans({}), workers: 1 }, topology };
  }

  /** Has it take a configuration over; it opens its own listening sockets. */
  async apply(config: Config, offers: readonly SocketOffer[] = ownSockets(config)): Promise<void> {
    const { plan, topology } = this.plan(config);
    await this.worker.prepare(plan, offers);
    await this.worker.commit();
    this.topology = topology;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.worker.drain(0);
  }
}

/** None: every pool opens its own. */
export function ownSockets(config: Config): SocketOffer[] {
  return config.pools.map(({ name }) => ({ pool: name, descriptor: null }));
}

/** A listening socket on a port of 127.0.0.1, and what a worker gets of it. */
export async function openedSocket(port: number) {
  const address = { kind: "tcp" as const, host: "127.0.0.1", port };
  const descriptor = await openSocket({ address, backlog: 10, shared: false });
  return {
    offer: (pool = "main"): SocketOffer => ({ pool, descriptor: duplicate(descriptor) }),
    [Symbol.dispose]: () => closeDescriptor(descriptor),
  };
}
