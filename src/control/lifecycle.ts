/** The life of an instance: how it starts, how it is upgraded, how it ends. */
import { availableParallelism } from "node:os";
import type { Config } from "../config/mod.ts";
import { FileStore } from "../coordination/mod.ts";
import { VERSION } from "../version.ts";
import type { ReadResult } from "./config_file.ts";
import type { ReportEvent } from "./events.ts";
import type { Follower } from "./follower.ts";
import { handOver } from "./handover.ts";
import { Journal } from "./journal.ts";
import type { InheritedSockets } from "./listening_sockets.ts";
import type { Log, LogOptions } from "./log.ts";
import { RunningInstance, sayListening, statusOf } from "./running_instance.ts";
import { ServiceManager } from "./sd_notify.ts";
import { Settings } from "./settings.ts";
import { Supervisor } from "./supervisor.ts";

/** What an instance is started with. */
export interface StartOptions {
  /** A configuration without faults. */
  readonly read: ReadResult & { readonly config: Config };
  readonly log: Log;
  /** How a configuration wants the log to be, the command line having the last word. */
  logOptions(config: Config): LogOptions;
  /** Listening sockets of a predecessor. */
  readonly sockets: InheritedSockets;
}

/** How often the log and the service manager are looked after; milliseconds. */
const TICK_MS = 200;

/** Why an instance ends: a signal or an operator, or a successor that serves now. */
interface Ending {
  readonly reason: string;
  readonly successor: number | null;
}

/** An instance that has been started. */
export class Lifecycle {
  readonly instance: RunningInstance;
  readonly #journal: Journal;
  readonly #supervisor: Supervisor;
  readonly #manager = new ServiceManager();
  readonly #followers: Follower[] = [];
  readonly #ending = Promise.withResolvers<Ending>();
  readonly #ticker: ReturnType<typeof setInterval>;
  #isUpgrading = false;

  private constructor(
    journal: Journal,
    settings: Settings,
    supervisor: Supervisor,
    logOptions: StartOptions["logOptions"],
  ) {
    this.#journal = journal;
    this.#supervisor = supervisor;
    this.instance = new RunningInstance({
      journal,
      settings,
      supervisor,
      manager: this.#manager,
      followers: this.#followers,
      logOptions,
      stop: (reason) => this.stop(reason),
    });
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Starts an instance. Errors: throws why it can't serve what the configuration says. */
  static async start({ read, log, logOptions, sockets }: StartOptions): Promise<Lifecycle> {
    const journal = new Journal(log);
    const { config } = read;
    const store = new FileStore(config.store ?? `${config.file}.state`);
    const settings = await Settings.open(read, store, (pools) => {
      for (const pool of pools) journal.report("membership.dropped", { pool });
    });
    await settings.dropMisfits();
    const { config: effective, operators } = settings.effective;
    const supervisor = await Supervisor.start({
      config: effective,
      texts: settings.texts,
      operators,
      workers: config.workers === 0 ? availableParallelism() : config.workers,
      sockets,
      report: journal.report,
    });
    const lifecycle = new Lifecycle(journal, settings, supervisor, logOptions);
    sayListening(journal, effective, []);
    return lifecycle;
  }

  /** Says that something happened. */
  get report(): ReportEvent {
    return this.#journal.report;
  }

  /** Has somebody else follow the configuration from now on. */
  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  /** Says that all is well: to the log and to the service manager. */
  sayStarted(): void {
    const { config } = this.#supervisor;
    this.#manager.ready(statusOf(config));
    this.#journal.report("started", { version: VERSION, file: config.file, pid: process.pid });
  }

  /** Starts the program that is on disk now with this one's sockets, and ends once it serves. */
  async upgrade(): Promise<void> {
    if (this.#isUpgrading) return;
    this.#isUpgrading = true;
    this.#journal.report("upgrade.started", {});
    try {
      const successor = await handOver(this.#supervisor.sockets, process.argv.slice(2));
      this.#manager.mainPid(successor);
      this.#journal.report("upgrade.finished", { successor });
      this.#ending.resolve({ reason: "upgrade", successor });
    } catch (error) {
      this.#isUpgrading = false;
      this.#journal.report("upgrade.failed", { reason: (error as Error).message });
    }
  }

  /** Ends the instance: it accepts nobody any more, and is gone when its clients are. */
  stop(reason: string): void {
    this.#ending.resolve({ reason, successor: null });
  }

  /** Waits until something ends the instance, and then for its clients. */
  async ended(): Promise<void> {
    const { reason, successor } = await this.#ending.promise;
    if (successor === null) this.#manager.stopping(`ends after ${reason}`);
    this.#journal.report("stopping", { reason });
    await this.#supervisor.drain(this.#supervisor.config.shutdownGraceMs, successor !== null);
    clearInterval(this.#ticker);
    this.#journal.log.flush();
    this.#journal.report("stopped", {});
  }

  #tick(): void {
    const now = performance.now();
    this.#journal.log.tick(now);
    this.#manager.tick(now);
  }
}
