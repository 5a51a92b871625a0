/** An instance from its start to its end: what its faces ask of it, put to its supervisor, its log and its store. */
import { availableParallelism } from "node:os";
import { ulid } from "ulid";
import { type Config, formatAddress, formatFault } from "../config/mod.ts";
import { VERSION } from "../version.ts";
import { type FileTexts, readConfigFile } from "./config_file.ts";
import type { ReportEvent } from "./events.ts";
import { EventStream } from "./event_stream.ts";
import { handOver } from "./handover.ts";
import { type Change, ChangeRefused, type Readiness } from "./instance.ts";
import type { InheritedSockets } from "./listening_sockets.ts";
import type { Log } from "./log.ts";
import { ServiceManager } from "./sd_notify.ts";
import { Supervisor } from "./supervisor.ts";

/** What an instance is started with. */
export interface InstanceOptions {
  readonly config: Config;
  readonly texts: FileTexts;
  readonly log: Log;
  /** Listening sockets of a predecessor. */
  readonly sockets: InheritedSockets;
}

/** How often the log and the service manager are looked after; milliseconds. */
const TICK_MS = 200;

/** Why an instance ends: a signal, or a successor that serves now. */
export type Ending = { readonly reason: string; readonly successor: number | null };

/** A running instance. */
export class RunningInstance {
  readonly version = VERSION;
  readonly pid = process.pid;
  readonly events = new EventStream();
  readonly #log: Log;
  readonly #manager = new ServiceManager();
  readonly #ticker = setInterval(() => this.#tick(), TICK_MS);
  readonly #ending = Promise.withResolvers<Ending>();
  #supervisor: Supervisor | null = null;
  #lastReload: Readiness["lastReload"] = null;
  #isUpgrading = false;
  #isEnding = false;

  private constructor(log: Log) {
    this.#log = log;
  }

  /** Starts an instance. Errors: throws why it can't serve what the configuration says. */
  static async start({ config, texts, log, sockets }: InstanceOptions): Promise<RunningInstance> {
    const instance = new RunningInstance(log);
    try {
      instance.#supervisor = await Supervisor.start({
        config,
        texts,
        operators: {},
        workers: config.workers === 0 ? availableParallelism() : config.workers,
        sockets,
        report: instance.#report,
        instanceFigures: () => Promise.reject(new Error("not yet")),
      });
    } catch (error) {
      clearInterval(instance.#ticker);
      throw error;
    }
    instance.#sayListening(config, []);
    instance.#manager.ready(statusOf(config));
    log.write("started", { version: VERSION, file: config.file, pid: process.pid });
    return instance;
  }

  /** The configuration in force. */
  get config(): Config {
    return this.#running.config;
  }

  /** Whether it can serve, and what it did last. */
  async readiness(): Promise<Readiness> {
    const workers = await this.#running.crew.view();
    const isReady = workers.some(({ state }) => state === "running");
    const state = this.#isEnding ? "draining" : isReady ? "running" : "starting";
    return { state, workers, lastReload: this.#lastReload };
  }

  /** Reads the configuration file again and puts it in force. */
  async reload(): Promise<Change> {
    this.#manager.reloading();
    try {
      return await this.#reload(ulid());
    } finally {
      this.#manager.ready(statusOf(this.config));
    }
  }

  async #reload(id: string): Promise<Change> {
    const { config, texts, faults } = await readConfigFile(this.config.file);
    if (config === null) throw this.#rejected(id, faults.map(formatFault));
    const before = this.config;
    try {
      await this.#running.apply(config, texts, {});
    } catch (error) {
      throw this.#rejected(id, [(error as Error).message]);
    }
    this.#lastReload = { id, at: new Date().toISOString(), ok: true, faults: [] };
    this.#report("config.reloaded", { id });
    this.#sayListening(config, before.pools.map(({ listen }) => formatAddress(listen)));
    return { id, changes: [], moved: {} };
  }

  /** Starts the program that is on disk now with this one's sockets, and ends once it serves. */
  async upgrade(): Promise<void> {
    if (this.#isUpgrading) return;
    this.#isUpgrading = true;
    this.#report("upgrade.started", {});
    try {
      const successor = await handOver(this.#running.sockets, process.argv.slice(2));
      this.#manager.mainPid(successor);
      this.#report("upgrade.finished", { successor });
      this.#ending.resolve({ reason: "upgrade", successor });
    } catch (error) {
      this.#isUpgrading = false;
      this.#report("upgrade.failed", { reason: (error as Error).message });
    }
  }

  /** Ends the instance: it accepts nobody any more, and is gone when its clients are. */
  stop(reason: string): void {
    this.#ending.resolve({ reason, successor: null });
  }

  /** Waits until something ends the instance, and for its clients then. */
  async ended(): Promise<void> {
    const { reason, successor } = await this.#ending.promise;
    this.#isEnding = true;
    if (successor === null) this.#manager.stopping(`ends after ${reason}`);
    this.#report("stopping", { reason });
    await this.#running.drain(this.config.shutdownGraceMs, successor !== null);
    clearInterval(this.#ticker);
    this.#log.flush();
    this.#report("stopped", {});
  }

  #tick(): void {
    const now = performance.now();
    this.#log.tick(now);
    this.#manager.tick(now);
  }

  get #running(): Supervisor {
    return this.#supervisor!;
  }

  readonly #report: ReportEvent = (event, facts) => {
    this.#log.write(event, facts);
    const { id = ulid() } = facts as { id?: string };
    this.events.publish({ id, at: new Date().toISOString(), name: event, facts });
  };

  #rejected(id: string, faults: readonly string[]): ChangeRefused {
    this.#lastReload = { id, at: new Date().toISOString(), ok: false, faults };
    for (const fault of faults) this.#report("config.rejected", { id, fault });
    return new ChangeRefused("invalid", faults.join("\n"));
  }

  /** Says which pools accept clients at an address that is not in `before`. */
  #sayListening({ pools }: Config, before: readonly string[]): void {
    for (const pool of pools) {
      const listen = formatAddress(pool.listen);
      if (before.includes(listen)) continue;
      this.#report("pool.listening", {
        pool: pool.name,
        protocol: pool.redis ? "redis" : "memcached",
        listen,
        servers: pool.servers.length,
        distribution: pool.distribution,
        hash: pool.hash,
      });
    }
  }
}

/** What the service manager shows people. */
function statusOf({ pools }: Config): string {
  return `serves ${pools.length === 1 ? "1 pool" : `${pools.length} pools`}`;
}
