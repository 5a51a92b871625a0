/**
 * The running instance: the configuration in force, its workers, its listening sockets and what is known about its
 * servers. Every change goes the same way, one at a time:
 *
 *     configuration ▸ sockets opened ▸ plan prepared by all workers ▸ committed by all ▸ sockets closed
 *                     └──────────── anything that fails here leaves everything as it was ───────────┘
 */
import type { Config } from "../config/mod.ts";
import { addFigures, type InstanceFigures, type SlowRequest } from "../stats/mod.ts";
import { VERSION } from "../version.ts";
import { roomForClients } from "./worker/client_room.ts";
import { clientsOfAll } from "./crew/clients_of_all.ts";
import type { ClusterLayout } from "./topology/cluster_layout.ts";
import type { FileTexts } from "./settings/config_file.ts";
import { Crew, PATIENCE } from "./crew/crew.ts";
import type { ReportEvent } from "./log/events.ts";
import { Discovery } from "./discovery/discovery.ts";
import { Exclusively } from "./exclusively.ts";
import { Health } from "./health/health.ts";
import { judgedFigures } from "./health/judged_figures.ts";
import { type InheritedSockets, ListeningSockets } from "./sockets/listening_sockets.ts";
import type { Plan } from "./worker/plan.ts";
import { SharedAnswer } from "./shared_answer.ts";
import { SeatTable } from "./crew/seat_table.ts";
import { type OperatorStates, Topology } from "./topology/topology.ts";
import type { SupervisorApi } from "./worker/worker_api.ts";
import { localWorker } from "./crew/worker_handle.ts";
import { startWorker } from "./crew/worker_process.ts";

/** How often servers and deadlines are looked at; milliseconds. */
const TICK_MS = 50;
/** How often figures of worker processes are asked for; what one has counted since is lost when it dies. */
const GATHER_MS = 5000;
/** Client ids of two workers differ by so much at least. */
const IDS_PER_LIFE = 2 ** 32;

/** What an instance is started with. */
export interface SupervisorOptions {
  readonly config: Config;
  /** The contents of the files that the configuration names. */
  readonly texts: FileTexts;
  readonly operators: OperatorStates;
  /** How many workers: 1 runs in this process. */
  readonly workers: number;
  readonly sockets: InheritedSockets;
  readonly report: ReportEvent;
}

/** What is in force. */
export class Supervisor {
  config: Config;
  texts: FileTexts;
  topology = new Topology();
  readonly health: Health;
  readonly discovery: Discovery;
  readonly crew: Crew;
  readonly #startedAtMs = Date.now();
  readonly #figuresForClients = new SharedAnswer(() => this.figures());
  #gatherAt = performance.now() + GATHER_MS;
  readonly #options: SupervisorOptions;
  readonly #sockets: ListeningSockets;
  readonly #changes = new Exclusively();
  readonly #seats: SeatTable | null;
  readonly #ticker: ReturnType<typeof setInterval>;
  #isEnding = false;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
    this.config = options.config;
    this.texts = options.texts;
    this.#sockets = new ListeningSockets(options.workers, options.sockets);
    this.#seats = options.workers === 1 ? null : new SeatTable();
    this.health = new Health(this, options.report);
    this.discovery = new Discovery(this, options.report);
    this.crew = this.#enlist();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Starts an instance. Errors: throws when an address can't be listened on; nothing is left running then. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options);
    try {
      await supervisor.apply(options.config, options.texts, options.operators);
    } catch (error) {
      supervisor.crew.kill();
      supervisor.close(false);
      throw error;
    }
    return supervisor;
  }

  /** The figures of all workers, and those of the instance itself. */
  async figures(): Promise<InstanceFigures> {
    const workers = await this.crew.figures();
    const { running, restarts } = this.crew;
    const facts = {
      version: VERSION,
      pid: process.pid,
      startedAtMs: this.#startedAtMs,
      nowMs: Date.now(),
      figures: { workers: running, worker_restarts: restarts },
    };
    return addFigures(facts, workers, judgedFigures(this.topology, this.health));
  }

  /** The slow requests of all workers, newest first. */
  async slowLog(): Promise<SlowRequest[]> {
    const all = (await this.crew.ask((worker) => worker.slowLog())).flat();
    return all.toSorted((one, other) => other.at - one.at).slice(0, this.config.slowlog.entries);
  }

  /** Forgets those of a pool, or of all with null. */
  async resetSlowLog(pool: string | null): Promise<void> {
    await this.crew.ask((worker) => worker.resetSlowLog(pool));
  }

  /** Closes what a predecessor listened on and no pool wants; not before it is sure to go. */
  dropUnwantedSockets(): void {
    this.#sockets.dropUnwanted();
  }

  /** The sockets, for a successor. */
  get sockets(): InheritedSockets {
    return this.#sockets.all;
  }

  /** Puts another configuration in force. Errors: throws why it can't be, and nothing has changed. */
  apply(config: Config, texts: FileTexts, operators: OperatorStates): Promise<void> {
    return this.#changes.do(async () => {
      // Its sockets may be a successor's by now.
      if (this.#isEnding) throw new Error("the proxy is ending");
      // Before anybody could connect.
      roomForClients(config);
      const topology = this.topology.with(config, operators, Date.now());
      const sockets = await this.#sockets.prepare(config.pools);
      try {
        await this.crew.apply(this.#plan(config, topology, texts), (slot) => sockets.offersFor(slot));
      } catch (error) {
        sockets.abort();
        throw error;
      }
      this.config = config;
      this.texts = texts;
      this.topology = topology;
      this.health.forget();
      sockets.commit();
      this.discovery.follow();
    });
  }

  judge(pool: string, server: string, state: "failed" | "live"): void {
    this.topology = this.topology.withState(pool, server, state, Date.now());
    void this.crew.route(this.topology.verdict(pool));
  }

  /** A cluster is laid out so; answers whether that is news. */
  resettle(pool: string, layout: ClusterLayout): Promise<boolean> {
    return this.#changes.do(async () => {
      if (this.topology.pools.get(pool)?.layout == null) return false;
      const next = this.topology.withLayout(pool, layout, Date.now());
      if (next === this.topology) return false;
      this.topology = next;
      await this.crew.route(next.verdict(pool));
      return true;
    });
  }

  /** Whether it accepts clients no more. */
  get isLeaving(): boolean {
    return this.#isEnding;
  }

  /** Stops accepting and sees off all clients over `graceMs`; a successor may have the sockets. */
  async drain(graceMs: number, handedOver: boolean): Promise<void> {
    this.#isEnding = true;
    await this.#changes.do(async () => {
      this.#sockets.close(handedOver);
      await this.crew.drain(graceMs);
    });
    this.close(handedOver);
  }

  /** Lets go of what the operating system gave. */
  close(handedOver: boolean): void {
    clearInterval(this.#ticker);
    this.discovery.close();
    this.#sockets.close(handedOver);
    this.#seats?.close();
  }

  #enlist(): Crew {
    const { workers, report } = this.#options;
    const api = this.#apiForWorkers();
    return new Crew({
      workers,
      patience: PATIENCE,
      report,
      start: (slot, life) =>
        this.#seats === null
          ? localWorker(api)
          : startWorker({ slot, lastId: life * IDS_PER_LIFE }, this.#seats.descriptor, api),
      ended: (slot) => this.#seats?.clear(slot),
      current: (slot) =>
        this.topology.pools.size === 0 ? null : {
          plan: this.#plan(this.config, this.topology, this.texts),
          sockets: this.#sockets.offersFor(slot),
        },
      exclusively: (work) => this.#changes.do(work),
    });
  }

  /** Failures that are reported while the topology is about to change are reported again if they go on. */
  #apiForWorkers(): SupervisorApi {
    const { report } = this.#options;
    return {
      report,
      serverFailed: (pool, server, reason, streak) => {
        if (this.#changes.isBusy) return;
        this.health.serverFailed(pool, server, reason, streak, performance.now());
      },
      serverReady: (pool, server) => this.health.serverReady(pool, server),
      layoutDoubted: (pool, node) => this.discovery.doubted(pool, node),
      instanceFigures: () => this.#figuresForClients.get(),
      ...clientsOfAll((question) => this.crew.ask(question)),
      instanceSlowLog: () => this.slowLog(),
      resetInstanceSlowLog: (pool) => this.resetSlowLog(pool),
    };
  }

  #plan(config: Config, topology: Topology, texts: FileTexts): Plan {
    return { config, pools: topology.plans(texts), workers: this.#options.workers };
  }

  #tick(): void {
    const now = performance.now();
    if (!this.#changes.isBusy) this.health.tick(now);
    this.discovery.tick(now);
    if (now < this.#gatherAt || this.#options.workers === 1) return;
    this.#gatherAt = now + GATHER_MS;
    void this.crew.figures();
  }
}
