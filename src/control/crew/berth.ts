/**
 * One place in a crew: its worker, and the one that takes over when it dies, after a while that grows when deaths
 * follow each other. What the dead have counted stays.
 */
import { addWorkerFigures, lastFigures, type WorkerFigures } from "../../stats/mod.ts";
import type { ReportEvent } from "../log/events.ts";
import type { WorkerView } from "../instance.ts";
import { inTime, TooLate } from "./in_time.ts";
import type { Plan, SocketOffer } from "../worker/plan.ts";
import { OtherSideGone } from "./remote_calls.ts";
import type { WorkerApi } from "../worker/worker_api.ts";
import type { WorkerHandle } from "./worker_handle.ts";

/** Time before a worker that died is replaced, doubled with each death soon after the last; milliseconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A worker that lived so long died of something new; milliseconds. */
const LONG_LIFE_MS = 60_000;

/** How long workers get; milliseconds. One that stands still must not keep the others from anything for long. */
export interface Patience {
  /** To answer a question. */
  readonly answerMs: number;
  /** To prepare a plan, and to carry it out before the others go on without it. */
  readonly changeMs: number;
  /** To carry out a plan when it is late; it serves its clients as before meanwhile. */
  readonly lateMs: number;
  /** To start and prepare its first plan. */
  readonly startMs: number;
  /** To see clients off, beyond the time it is told. */
  readonly leaveMs: number;
  /** To end by itself once it was let go. */
  readonly endMs: number;
}

/** What a crew needs of its supervisor. */
export interface CrewOptions {
  readonly workers: number;
  readonly patience: Patience;
  readonly report: ReportEvent;
  /** Starts the worker of a slot; `life` counts all workers ever started. Errors: throws when there can be none now. */
  start(slot: number, life: number): WorkerHandle;
  /** A worker's life is over: what it left behind can be cleared. */
  ended(slot: number): void;
  /** What a worker that is started now has to do; null before there is anything. */
  current(slot: number): { readonly plan: Plan; readonly sockets: readonly SocketOffer[] } | null;
  /** Runs when no plan is under way. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** A worker's place. */
export class Berth {
  readonly slot: number;
  readonly #crew: CrewOptions;
  readonly #nextLife: () => number;
  /** Null between two workers. */
  #handle: WorkerHandle | null = null;
  /** One that was let go, until it has ended. */
  #former: WorkerHandle | null = null;
  /** Whether its worker serves clients. */
  isReady = false;
  /** Workers started in the place of others. */
  restarts = 0;
  #hasLeft = false;
  #startedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #restart: ReturnType<typeof setTimeout> | undefined;
  /** The last figures of the worker, and those of its predecessors, added up. */
  #figures: WorkerFigures | null = null;
  #formerFigures: WorkerFigures | null = null;

  constructor(slot: number, crew: CrewOptions, nextLife: () => number) {
    this.slot = slot;
    this.#crew = crew;
    this.#nextLife = nextLife;
  }

  /** Whether there is a worker now. */
  get isManned(): boolean {
    return this.#handle !== null;
  }

  /** Starts a worker. Errors: throws when there can be none now. */
  start(): void {
    this.#startedMs = performance.now();
    const handle = this.#crew.start(this.slot, this.#nextLife());
    this.#handle = handle;
    void handle.exited.then((reason) => this.#ended(reason));
  }

  /** Puts a question to the worker. Errors: what it answers, or that it takes too long or is gone. */
  ask<T>(question: (worker: WorkerApi) => Promise<T>, ms = this.#crew.patience.answerMs): Promise<T> {
    if (this.#handle === null) return Promise.reject(new OtherSideGone("there is no worker"));
    return inTime(question(this.#handle.worker), ms);
  }

  /** Has it prepare a plan. Errors: why it can't. */
  prepare(plan: Plan, sockets: readonly SocketOffer[]): Promise<void> {
    const { startMs, changeMs } = this.#crew.patience;
    return this.ask((worker) => worker.prepare(plan, sockets), this.isReady ? changeMs : startMs);
  }

  /**
   * Has it carry out what it has prepared, and waits for it, but not for long: whoever is late, be it only because
   * the machine is busy, does it as soon as he can. One that can't, although it promised, is replaced.
   */
  async commit(): Promise<void> {
    const handle = this.#handle;
    if (handle === null) return;
    const deed = handle.worker.commit().then(() => void (this.isReady ||= handle === this.#handle));
    // In this process there is none to take its place.
    if (handle.pid === process.pid) return await deed;
    const { changeMs, startMs } = this.#crew.patience;
    try {
      await inTime(deed, this.isReady ? changeMs : startMs);
    } catch (error) {
      if (this.isReady && error instanceof TooLate) void this.#waitFor(deed, handle);
      else this.#dismiss(handle, error as Error);
    }
  }

  async #waitFor(deed: Promise<void>, handle: WorkerHandle): Promise<void> {
    const facts = { worker: this.slot, process: handle.pid };
    this.#crew.report("worker.late", facts);
    try {
      await inTime(deed, this.#crew.patience.lateMs);
      this.#crew.report("worker.caught_up", facts);
    } catch (error) {
      this.#dismiss(handle, error as Error);
    }
  }

  /** What the worker has counted, and those before it. */
  async figures(): Promise<WorkerFigures | null> {
    try {
      this.#figures = await this.ask((worker) => worker.figures());
    } catch {
      // Its last ones will have to do.
    }
    return addWorkerFigures(this.#formerFigures, this.#figures);
  }

  /** From now on nobody takes the place of a worker that dies. */
  leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#restart);
  }

  /** Ends the worker at once. */
  kill(): void {
    this.leave();
    this.#handle?.kill();
    this.#former?.kill();
  }

  /** Has it see its clients off over `graceMs`; nobody takes its place. Errors: when that takes far longer. */
  async drain(graceMs: number): Promise<void> {
    this.leave();
    const { leaveMs, endMs } = this.#crew.patience;
    if (this.#former !== null) await inTime(this.#former.exited, endMs);
    else await this.ask((worker) => worker.drain(graceMs), graceMs + leaveMs);
  }

  /** What an operator sees of it. */
  view(clients: number): WorkerView {
    const isStarting = this.restarts === 0 ? "starting" : "restarting";
    return {
      slot: this.slot,
      pid: this.#handle?.pid ?? 0,
      state: this.#hasLeft ? "draining" : this.isReady ? "running" : isStarting,
      restarts: this.restarts,
      clients,
    };
  }

  /**
   * The worker isn't what the others are; the next one may be. One that has clients is let go, and sees them off
   * before it ends; only one that stands still is ended in the midst of it.
   */
  #dismiss(handle: WorkerHandle, error: Error): void {
    // One that has died says so itself.
    if (error instanceof OtherSideGone || handle !== this.#handle) return;
    this.#crew.report("worker.failed", { worker: this.slot, reason: error.message });
    if (!this.isReady) {
      handle.kill();
      return;
    }
    this.#handle = null;
    this.#former = handle;
    this.isReady = false;
    handle.letGo();
    inTime(handle.exited, this.#crew.patience.endMs).catch(() => handle.kill());
  }

  #ended(reason: string): void {
    this.#handle = null;
    this.#former = null;
    this.isReady = false;
    const last = this.#figures === null ? null : lastFigures(this.#figures);
    this.#formerFigures = addWorkerFigures(this.#formerFigures, last);
    this.#figures = null;
    this.#crew.ended(this.slot);
    this.#scheduleRestart(reason);
  }

  #scheduleRestart(reason: string): void {
    if (this.#hasLeft) return;
    const lived = performance.now() - this.#startedMs;
    const pauseMs = lived > LONG_LIFE_MS ? FIRST_PAUSE_MS : this.#pauseMs;
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    this.restarts++;
    this.#crew.report("worker.died", { worker: this.slot, reason, restart_in_ms: pauseMs });
    this.#restart = setTimeout(() => void this.#crew.exclusively(() => this.#replace()), pauseMs);
  }

  async #replace(): Promise<void> {
    if (this.#hasLeft) return;
    try {
      this.start();
    } catch (error) {
      this.#scheduleRestart((error as Error).message);
      return;
    }
    const work = this.#crew.current(this.slot);
    if (work === null) return;
    try {
      await this.prepare(work.plan, work.sockets);
    } catch (error) {
      if (this.#handle !== null) this.#dismiss(this.#handle, error as Error);
      return;
    }
    await this.commit();
    if (this.isReady) {
      this.#crew.report("worker.started", { worker: this.slot, process: this.#handle!.pid });
    }
  }
}
