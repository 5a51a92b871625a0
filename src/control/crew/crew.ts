/**
 * The workers of an instance. All of them carry out a plan or none does; one that dies is replaced, and its siblings
 * notice nothing.
 */
import type { WorkerFigures } from "../../stats/mod.ts";
import { Berth, type CrewOptions, type Patience } from "./berth.ts";
import type { WorkerView } from "../instance.ts";
import type { Plan, SocketOffer, Verdict } from "../worker/plan.ts";
import type { WorkerApi } from "../worker/worker_api.ts";
import { ORPHAN_GRACE_MS } from "./worker_handle.ts";

export type { CrewOptions } from "./berth.ts";

/** How long workers of a running instance get. */
export const PATIENCE: Patience = {
  answerMs: 2000,
  changeMs: 5000,
  lateMs: 30_000,
  startMs: 30_000,
  leaveMs: 10_000,
  endMs: ORPHAN_GRACE_MS + 10_000,
};

/** All workers. */
export class Crew {
  readonly #berths: readonly Berth[];
  #lives = 0;
  /** Whether clients are being seen off. */
  isLeaving = false;

  /** Starts them. Errors: throws when one can't be started; none is left running then. */
  constructor(options: CrewOptions) {
    const nextLife = () => this.#lives++;
    this.#berths = Array.from({ length: options.workers }, (_, slot) => new Berth(slot, options, nextLife));
    try {
      for (const berth of this.#berths) berth.start();
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  /** Has all workers carry out a plan. Errors: when one can't, and then none has. */
  async apply(plan: Plan, socketsOf: (slot: number) => readonly SocketOffer[]): Promise<void> {
    const crew = this.#aboard;
    const prepared = await Promise.allSettled(
      crew.map((berth) => berth.prepare(plan, socketsOf(berth.slot))),
    );
    const refusal = prepared.findIndex(({ status }) => status === "rejected");
    if (refusal >= 0) {
      await Promise.allSettled(crew.map((berth) => berth.ask((worker) => worker.abort())));
      throw this.#named(crew[refusal]!, (prepared[refusal] as PromiseRejectedResult).reason);
    }
    await Promise.all(crew.map((berth) => berth.commit()));
  }

  /** Tells all workers a verdict; done when they have it. */
  async route(verdict: Verdict): Promise<void> {
    await Promise.allSettled(this.#aboard.map((berth) => berth.ask((worker) => worker.route(verdict))));
  }

  /** Asks all workers; those that are gone or don't answer are left out. */
  async ask<T>(question: (worker: WorkerApi, slot: number) => Promise<T>): Promise<T[]> {
    const answers = await Promise.all(this.#aboard.map(async (berth) => {
      try {
        return [await berth.ask((worker) => question(worker, berth.slot))];
      } catch {
        return [];
      }
    }));
    return answers.flat();
  }

  /** The figures of each slot, those of workers that died added up in them. */
  async figures(): Promise<ReadonlyMap<number, WorkerFigures>> {
    const all = await Promise.all(this.#berths.map(async (berth) => {
      const figures = await berth.figures();
      return figures === null ? [] : [[berth.slot, figures] as const];
    }));
    return new Map(all.flat());
  }

  /** Sees off all clients over `graceMs`; done when the last one is gone, or a worker takes far longer. */
  async drain(graceMs: number): Promise<void> {
    this.isLeaving = true;
    await Promise.allSettled(this.#berths.map((berth) => berth.drain(graceMs)));
    this.kill();
  }

  /** Ends all workers at once. */
  kill(): void {
    this.isLeaving = true;
    for (const berth of this.#berths) berth.kill();
  }

  /** What an operator sees of the workers. */
  async view(): Promise<WorkerView[]> {
    const clients = new Map(await this.ask(async (worker, slot) => [slot, (await worker.clients()).length]));
    return this.#berths.map((berth) => berth.view(clients.get(berth.slot) ?? 0));
  }

  /** Workers that serve clients. */
  get running(): number {
    return this.#berths.filter(({ isReady }) => isReady).length;
  }

  /** Workers started in the place of others. */
  get restarts(): number {
    return this.#berths.reduce((sum, berth) => sum + berth.restarts, 0);
  }

  get #aboard(): Berth[] {
    return this.#berths.filter((berth) => berth.isManned);
  }

  /** Says whose error it is where there are several who may have it. */
  #named({ slot }: Berth, error: Error): Error {
    return this.#berths.length === 1
      ? error
      : new Error(`worker ${slot}: ${error.message}`, { cause: error });
  }
}
