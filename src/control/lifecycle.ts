/** The life of an instance: how it starts, how it is upgraded, how it ends. */
import { availableParallelism } from "node:os";
import { type Config, filesOf, formatServer } from "../config/mod.ts";
import { FileStore, type Store } from "../coordination/mod.ts";
import { VERSION } from "../version.ts";
import type { ReadResult } from "./settings/config_file.ts";
import { ConfigWatch } from "./settings/config_watch.ts";
import { Exclusively } from "./exclusively.ts";
import type { ReportEvent } from "./log/events.ts";
import type { Follower } from "./settings/follower.ts";
import { handOver } from "./sockets/handover.ts";
import { Journal } from "./log/journal.ts";
import type { InheritedSockets } from "./sockets/listening_sockets.ts";
import type { Log, LogOptions } from "./log/log.ts";
import { RunningInstance, sayListening, statusOf } from "./running_instance.ts";
import { ServiceManager } from "./service/sd_notify.ts";
import { Settings } from "./settings/settings.ts";
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
  /** The change that an operator was told this is. */
  readonly id?: string;
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
  readonly #watch: ConfigWatch;
  readonly #changes = new Exclusively();
  readonly #unwatchStore: () => void;
  /** Aborted when this ends. */
  readonly #end = new AbortController();
  /** The upgrade under way, or the one that was done: the successor. Null: there is none. */
  #upgrade: Promise<number | null> = Promise.resolve(null);
  #isUpgrading = false;
  /** The reload that has not begun yet. */
  #nextReload: Promise<void> | null = null;
  /** Whether another process is still there that serves at the same addresses. */
  #hasPredecessor: boolean;

  private constructor(
    journal: Journal,
    settings: Settings,
    store: Store,
    supervisor: Supervisor,
    { logOptions, sockets }: StartOptions,
  ) {
    this.#journal = journal;
    this.#supervisor = supervisor;
    this.#hasPredecessor = Object.keys(sockets).length > 0;
    this.instance = new RunningInstance({
      changes: this.#changes,
      journal,
      settings,
      supervisor,
      manager: this.#manager,
      followers: this.#followers,
      stop: (reason, id) => this.stop(reason, id),
    });
    this.#unwatchStore = store.watch(settings.version, {
      changed: () => void this.instance.adopt().catch(() => {}),
      failed: (error) => journal.report("store.failed", { reason: error.message }),
    });
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.follow({
      // deno-lint-ignore require-await -- a part of an interface that others implement by waiting
      prepare: async (next) => {
        return journal.log.prepare(changedOptions(logOptions(supervisor.config), logOptions(next)));
      },
    });
    this.#watch = new ConfigWatch({
      files: () => watchedFiles(supervisor.config),
      readAtMs: () => settings.readAtMs,
      // What keeps it from being done is in the log.
      changed: () => void this.reload().catch(() => {}),
    });
  }

  /** Starts an instance. Errors: throws why it can't serve what the configuration says. */
  static async start(options: StartOptions): Promise<Lifecycle> {
    const { read, log, sockets } = options;
    const journal = new Journal(log);
    const { config } = read;
    const store = new FileStore(config.store ?? `${config.file}.state`);
    const settings = await Settings.open(read, store, {
      dropped: (pool, { servers, states }) => {
        journal.report("membership.dropped", {
          pool,
          servers: servers.map((server) => {
            const state = states[server.name]?.state;
            return formatServer(server) + (state === undefined ? "" : ` (${state})`);
          }).join(", "),
        });
      },
      failed: (error) => journal.report("store.failed", { reason: error.message }),
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
    const lifecycle = new Lifecycle(journal, settings, store, supervisor, options);
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

  /** The predecessor knows that this serves, and leaves: what it had and nobody wants any more can go. */
  takeOver(): void {
    this.#hasPredecessor = false;
    this.#supervisor.dropUnwantedSockets();
  }

  /**
   * Reads the configuration file again. One that is asked for while another waits for its turn is that one, which will
   * read what is there then.
   */
  reload(): Promise<void> {
    return this.#nextReload ??= this.#reloadInTurn();
  }

  /** During an upgrade the successor may have read the old file: it is told, too. */
  async #reloadInTurn(): Promise<void> {
    const successor = await this.#upgrade;
    await this.#changes.idle;
    this.#nextReload = null;
    if (successor === null) await this.instance.reload();
    else process.kill(successor, "SIGHUP");
  }

  /** Starts the program that is on disk now with this one's sockets, and ends once it serves. */
  async upgrade(): Promise<void> {
    if (this.#isUpgrading || this.#end.signal.aborted) return;
    this.#isUpgrading = true;
    // Nothing else may change meanwhile: the successor would not know it.
    this.#upgrade = this.#changes.do(() => this.#handOver());
    const successor = await this.#upgrade;
    this.#isUpgrading = false;
    if (successor !== null) this.#endFor({ reason: "upgrade", successor });
  }

  async #handOver(): Promise<number | null> {
    this.#journal.report("upgrade.started", {});
    try {
      const { signal } = this.#end;
      const successor = await handOver({
        sockets: this.#supervisor.sockets,
        argv: process.argv.slice(2),
        signal,
      });
      this.#manager.mainPid(successor);
      this.#journal.report("upgrade.finished", { successor });
      return successor;
    } catch (error) {
      this.#journal.report("upgrade.failed", { reason: (error as Error).message });
      return null;
    }
  }

  /** Ends the instance: it accepts nobody any more, and is gone when its clients are. */
  stop(reason: string, id?: string): void {
    this.#endFor({ reason, successor: null, ...(id === undefined ? {} : { id }) });
  }

  /** Ends the instance's workers at once, before the process does. */
  abort(): void {
    this.#supervisor.crew.kill();
  }

  /** Waits until something ends the instance, and then for its clients. */
  async ended(): Promise<void> {
    const { reason, id, successor } = await this.#ending.promise;
    if (successor === null) this.#manager.stopping(`ends after ${reason}`);
    this.#journal.report("stopping", { ...(id === undefined ? {} : { id }), reason });
    const isServed = successor !== null || this.#hasPredecessor;
    await this.#supervisor.drain(this.#supervisor.config.shutdownGraceMs, isServed);
    clearInterval(this.#ticker);
    this.#journal.log.flush();
    this.#journal.report("stopped", {});
  }

  #endFor(ending: Ending): void {
    this.#end.abort();
    this.#watch.close();
    this.#unwatchStore();
    this.#ending.resolve(ending);
  }

  #tick(): void {
    const now = performance.now();
    this.#journal.log.tick(now);
    this.#manager.tick(now);
  }
}

/** The file and those it names, if it says so; it may say otherwise with the next reload. */
function watchedFiles(config: Config): string[] {
  return config.watch ? [config.file, ...filesOf(config).map(({ path }) => path)] : [];
}

/** What an operator changed meanwhile, such as the level, stays unless the file says something new. */
function changedOptions(old: LogOptions, next: LogOptions): Partial<LogOptions> {
  const changed = Object.entries(next).filter(([key, value]) => value !== old[key as keyof LogOptions]);
  return Object.fromEntries(changed);
}
