/**
 * Carries out the orders of one slot job: with servers through a transfer, with proxies through the store. It decides
 * nothing; what goes wrong it says, and the job knows what that means.
 */
import { type CoordinationStore, type Leadership, StoreError } from "../coordination/mod.ts";
import { Fenced, type ServerAddress, type TransferOptions } from "../copying/mod.ts";
import type { JobEffect, JobEvent, JobLimits, Order } from "./job_events.ts";
import { beginJob, stepJob } from "./job_machine.ts";
import type { JobRecord } from "./job_record.ts";
import type { JobState, JobStep } from "./job_state.ts";
import { OrderDesk } from "./order_desk.ts";
import type { SlotKeys } from "./slot_keys.ts";

/** What a job runs with. */
export interface JobContext {
  readonly store: CoordinationStore;
  readonly keys: SlotKeys;
  readonly leadership: Leadership;
  /** The primary of a group. */
  readonly serverOf: (group: number) => ServerAddress;
  readonly limits: JobLimits;
  /** How long proxies may take to hold slots, and how long slots may be held. Units: milliseconds. */
  readonly lockMs: number;
  readonly holdMs: number;
  readonly copying: Pick<TransferOptions, "limits" | "pace" | "dumpMax" | "chunkBytes">;
  readonly tell: (text: string) => void;
  /** Ends it as a death would. */
  readonly signal: AbortSignal;
}

/** How a job ended here. */
export type JobEnd = Extract<JobEffect, { kind: "end" }>["outcome"];

/** Runs one job. */
export class JobRunner {
  readonly #context: JobContext;
  readonly #desk: OrderDesk;
  readonly #end = Promise.withResolvers<JobEnd>();
  #state: JobState;
  /** Ends the order under way, and settles when it has ended. */
  #working = new AbortController();
  #idle: Promise<void> = Promise.resolve();
  #overdue: ReturnType<typeof setTimeout> | undefined;

  private constructor(context: JobContext, step: JobStep) {
    this.#context = context;
    this.#desk = new OrderDesk(context, step.state.record, (event) => this.send(event));
    this.#state = step.state;
    this.#carryOut(step.effects);
    const deposed = () => this.send({ kind: "deposed" });
    const over = AbortSignal.any([context.leadership.lost, context.signal]);
    over.addEventListener("abort", deposed);
    void this.#end.promise.then(() => over.removeEventListener("abort", deposed));
    if (over.aborted) deposed();
  }

  /** Begins, or goes on with, a job. */
  static run(context: JobContext, record: JobRecord): JobRunner {
    return new JobRunner(context, beginJob(record, context.limits));
  }

  /** The job as it is. */
  get state(): JobState {
    return this.#state;
  }

  /** Settles when it is over here, and nothing of it goes on. */
  async finished(): Promise<JobEnd> {
    const end = await this.#end.promise;
    await this.#idle;
    this.#desk.close();
    return end;
  }

  /** Something has happened, such as that an operator wants it paused. */
  send(event: JobEvent): void {
    const { state, effects } = stepJob(this.#state, event);
    this.#state = state;
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly JobEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case "do":
          this.#begin(effect.order, effect.ticket);
          break;
        case "stop":
          this.#working.abort(new Error("the order was stopped"));
          break;
        case "rest":
          this.#desk.rest(effect.resting);
          break;
        case "tell":
          this.#context.tell(effect.text);
          break;
        case "end":
          clearTimeout(this.#overdue);
          this.#end.resolve(effect.outcome);
      }
    }
  }

  /** One order at a time: what was stopped ends first. */
  #begin(order: Order, ticket: number): void {
    const working = new AbortController();
    const before = this.#idle;
    this.#working = working;
    this.#watchHold(order);
    this.#idle = before.then(async () => {
      const signal = AbortSignal.any([working.signal, this.#context.signal]);
      const event = await this.#outcomeOf(order, ticket, signal);
      if (!signal.aborted) this.send(event);
    });
  }

  async #outcomeOf(order: Order, ticket: number, signal: AbortSignal): Promise<JobEvent> {
    try {
      return await this.#desk.carryOut(order, ticket, signal);
    } catch (error) {
      if (error instanceof Fenced && !this.#context.leadership.holds) return { kind: "deposed" };
      const isNamed = error instanceof StoreError || error instanceof Error;
      return { kind: "failed", ticket, reason: isNamed ? error.message : String(error) };
    }
  }

  #watchHold({ kind }: Order): void {
    if (kind === "lock") {
      clearTimeout(this.#overdue);
      this.#overdue = setTimeout(() => this.send({ kind: "overdue" }), this.#context.holdMs);
    } else if (kind === "wait" || kind === "acknowledge") clearTimeout(this.#overdue);
  }
}
