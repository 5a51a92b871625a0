/**
 * One place in a crew: its worker, and the one that takes over when it dies, after a while that grows when deaths
 * follow each other. What the dead have counted stays.
 */
import { addWorkerFigures, lastFigures, type WorkerFigures } from "../stats/mod.ts";
import type { ReportEvent } from "./events.ts";
import type { WorkerView } from "./instance.ts";
import type { Plan, SocketOffer } from "./plan.ts";
import { OtherSideGone } from "./remote_calls.ts";
import type { WorkerApi } from "./worker_api.ts";
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
  /** To prepare or carry out a plan. */
  readonly changeMs: number;
  /** To start and prepare its first plan. */
  readonly startMs: number;
  /** To see clients off, beyond the time it is told. */
  readonly leaveMs: number;
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

  /** Has it carry out what it has prepared. One that can't, although it promised, is replaced. */
  async commit(): Promise<void> {
    try {
      await this.ask((worker) => worker.commit(), this.#crew.patience.changeMs);
      this.isReady = true;
    } catch (error) {
      // In this process there is none to take its place.
      if (this.#handle?.pid === process.pid) throw error;
      this.#dismiss(error as Error);
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

  /** The worker isn't what the others are; the next one may be. */
  #dismiss(error: Error): void {
    // One that has died says so itself.
    if (error instanceof OtherSideGone) return;
    this.#crew.report("worker.failed", { worker: this.slot, reason: error.message });
    this.#handle?.kill();
  }

  #ended(reason: string): void {
    this.#handle = null;
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
      this.#dismiss(error as Error);
      return;
    }
    await this.commit();
    if (this.isReady) {
      this.#crew.report("worker.started", { worker: this.slot, process: this.#handle!.pid });
    }
  }
}

/** Errors: when the answer takes too long. */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
