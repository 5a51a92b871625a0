/**
 * The workers of an instance. All of them carry out a plan or none does; one that dies is replaced, after a while
 * that grows when it keeps dying, and its siblings notice nothing.
 */
import { addWorkerFigures, type WorkerFigures } from "../stats/mod.ts";
import type { ReportEvent } from "./events.ts";
import type { WorkerView } from "./instance.ts";
import type { Plan, SocketOffer, Verdict } from "./plan.ts";
import type { WorkerApi } from "./worker_api.ts";
import type { WorkerHandle } from "./worker_handle.ts";

/** Time before a worker that died is replaced, doubled with each death soon after the last; milliseconds. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A worker that lived so long died of something new; milliseconds. */
const LONG_LIFE_MS = 60_000;
/** A worker that doesn't answer by then is left out of what is added up; milliseconds. */
const PATIENCE_MS = 2000;

/** What a crew needs of its supervisor. */
export interface CrewOptions {
  readonly workers: number;
  /** Starts the worker of a slot; `life` counts all workers ever started. */
  start(slot: number, life: number): WorkerHandle;
  /** A worker's life is over: what it left behind can be cleared. */
  ended(slot: number): void;
  /** What a worker that is started now has to do; null before there is anything. */
  current(slot: number): { readonly plan: Plan; readonly sockets: readonly SocketOffer[] } | null;
  /** Runs when no plan is under way. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  readonly report: ReportEvent;
}

/** One place in the crew. */
interface Berth {
  readonly slot: number;
  /** Null between two workers. */
  handle: WorkerHandle | null;
  startedMs: number;
  pauseMs: number;
  restarts: number;
  isReady: boolean;
  /** The last figures of the worker, and those of its predecessors, added up. */
  figures: WorkerFigures | null;
  formerFigures: WorkerFigures | null;
}

/** All workers. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #berths: readonly Berth[];
  #lives = 0;
  /** Whether clients are being seen off. */
  isLeaving = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#berths = Array.from({ length: options.workers }, (_, slot) => ({
      slot,
      handle: null,
      startedMs: 0,
      pauseMs: FIRST_PAUSE_MS,
      restarts: 0,
      isReady: false,
      figures: null,
      formerFigures: null,
    }));
    for (const berth of this.#berths) this.#start(berth);
  }

  /** Has all workers carry out a plan. Errors: when one can't, and then none has. */
  async apply(plan: Plan, socketsOf: (slot: number) => readonly SocketOffer[]): Promise<void> {
    const crew = this.#aboard;
    const prepared = await Promise.allSettled(
      crew.map(({ slot, handle }) => handle!.worker.prepare(plan, socketsOf(slot))),
    );
    const refused = prepared.find((result) => result.status === "rejected");
    if (refused !== undefined) {
      await Promise.allSettled(crew.map(({ handle }) => handle!.worker.abort()));
      throw refused.reason;
    }
    await Promise.all(crew.map((berth) => this.#commit(berth)));
  }

  /** Tells all workers a verdict. */
  route(verdict: Verdict): void {
    for (const { handle } of this.#aboard) handle!.worker.route(verdict).catch(() => {});
  }

  /** Asks all workers; those that are gone or don't answer are left out. */
  async ask<T>(question: (worker: WorkerApi, slot: number) => Promise<T>): Promise<T[]> {
    const answers = await Promise.all(this.#aboard.map(async ({ slot, handle }) => {
      try {
        return [await inTime(question(handle!.worker, slot))];
      } catch {
        return [];
      }
    }));
    return answers.flat();
  }

  /** The figures of each slot, those of workers that died added up in them. */
  async figures(): Promise<ReadonlyMap<number, WorkerFigures>> {
    await Promise.all(this.#aboard.map(async (berth) => {
      try {
        berth.figures = await inTime(berth.handle!.worker.figures());
      } catch {
        // Its last ones will have to do.
      }
    }));
    return new Map(this.#berths.flatMap(({ slot, figures, formerFigures }) => {
      const sum = addWorkerFigures(formerFigures, figures);
      return sum === null ? [] : [[slot, sum]];
    }));
  }

  /** Sees off all clients over `graceMs`; done when the last one is gone. */
  async drain(graceMs: number): Promise<void> {
    this.isLeaving = true;
    await Promise.allSettled(this.#aboard.map(({ handle }) => handle!.worker.drain(graceMs)));
    for (const { handle } of this.#aboard) handle!.kill();
  }

  /** Ends all workers at once. */
  kill(): void {
    this.isLeaving = true;
    for (const { handle } of this.#aboard) handle!.kill();
  }

  /** What an operator sees of the workers. */
  async view(): Promise<WorkerView[]> {
    const clients = new Map(await this.ask(async (worker, slot) => [slot, (await worker.clients()).length]));
    return this.#berths.map(({ slot, handle, restarts, isReady }) => ({
      slot,
      pid: handle?.pid ?? 0,
      state: this.isLeaving ? "draining" : isReady ? "running" : restarts > 0 ? "restarting" : "starting",
      restarts,
      clients: clients.get(slot) ?? 0,
    }));
  }

  get #aboard(): Berth[] {
    return this.#berths.filter(({ handle }) => handle !== null);
  }

  #start(berth: Berth): void {
    const handle = this.#options.start(berth.slot, this.#lives++);
    berth.handle = handle;
    berth.startedMs = performance.now();
    void handle.exited.then((reason) => this.#ended(berth, reason));
  }

  async #commit(berth: Berth): Promise<void> {
    try {
      await berth.handle!.worker.commit();
      berth.isReady = true;
    } catch (error) {
      // What was promised by `prepare` can't be taken back from the others: this one starts anew.
      this.#options.report("worker.failed", { worker: berth.slot, reason: (error as Error).message });
      if (berth.handle?.pid === process.pid) throw error;
      berth.handle?.kill();
    }
  }

  #ended(berth: Berth, reason: string): void {
    const { report, ended } = this.#options;
    berth.handle = null;
    berth.isReady = false;
    berth.formerFigures = addWorkerFigures(berth.formerFigures, berth.figures);
    berth.figures = null;
    ended(berth.slot);
    if (this.isLeaving) return;
    const lived = performance.now() - berth.startedMs;
    const pauseMs = lived > LONG_LIFE_MS ? FIRST_PAUSE_MS : berth.pauseMs;
    berth.pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    berth.restarts++;
    report("worker.died", { worker: berth.slot, reason, restart_in_ms: pauseMs });
    setTimeout(() => void this.#options.exclusively(() => this.#replace(berth)), pauseMs);
  }

  async #replace(berth: Berth): Promise<void> {
    if (this.isLeaving) return;
    this.#start(berth);
    const work = this.#options.current(berth.slot);
    if (work === null) return;
    try {
      await berth.handle!.worker.prepare(work.plan, work.sockets);
      await this.#commit(berth);
      if (berth.handle === null) return;
      this.#options.report("worker.started", { worker: berth.slot, process: berth.handle.pid });
    } catch {
      // It died again, and that is seen to.
    }
  }
}

/** Errors: when the answer takes too long. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the worker doesn't answer")), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
