/** A crew of workers that do as they are told, or fail as a test tells them. */
import { Crew, type CrewOptions } from "../../../../src/control/crew/crew.ts";
import { Exclusively } from "../../../../src/control/exclusively.ts";
import type { Plan } from "../../../../src/control/worker/plan.ts";
import { OtherSideGone } from "../../../../src/control/crew/remote_calls.ts";
import type { WorkerApi } from "../../../../src/control/worker/worker_api.ts";
import type { WorkerFigures } from "../../../../src/stats/mod.ts";

/** Two plans. */
export const PLAN = { workers: 3 } as Plan;
export const NEW_PLAN = { workers: 4 } as Plan;
const PATIENCE = { answerMs: 20, changeMs: 40, lateMs: 50, startMs: 60, leaveMs: 30, endMs: 30 };

/** What a fake worker does about a call; by default it does it. */
export type Mood = "does it" | "refuses" | "dies" | "stands still";

/** A worker that does nothing but note what it is asked. */
export class FakeWorker {
  readonly calls: string[] = [];
  moods: Partial<Record<keyof WorkerApi | "letGo", Mood>> = {};
  inForce: Plan | null = null;
  counted = 0;
  isGone = false;
  #draft: Plan | null = null;
  #end = Promise.withResolvers<string>();

  constructor(readonly slot: number, readonly life: number) {}

  readonly pid = 1_000_000;
  readonly exited = this.#end.promise;

  /** Those that stand still take up what they were asked. */
  readonly woken = Promise.withResolvers<void>();

  letGo(): void {
    this.calls.push("letGo");
    if (this.moods.letGo !== "stands still") this.die("exit code 0");
  }

  kill(): void {
    this.die("SIGKILL");
  }

  die(reason: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#end.resolve(reason);
  }

  readonly worker = {
    prepare: (plan: Plan) => this.#does("prepare", () => void (this.#draft = plan)),
    commit: () => this.#does("commit", () => void (this.inForce = this.#draft)),
    abort: () => this.#does("abort", () => void (this.#draft = null)),
    route: () => this.#does("route", () => {}),
    figures: () => this.#does("figures", () => figures(this.counted)),
    clients: () => this.#does("clients", () => Array.from({ length: this.counted })),
    drain: () => this.#does("drain", () => {}),
  } as unknown as WorkerApi;

  async #does<T>(call: keyof WorkerApi, work: () => T): Promise<T> {
    if (this.isGone) throw new OtherSideGone("it is gone");
    this.calls.push(call);
    switch (this.moods[call] ?? "does it") {
      case "refuses":
        throw new Error(`can't ${call}`);
      case "dies":
        this.die(`died in ${call}`);
        throw new OtherSideGone(`the worker has ended: died in ${call}`);
      case "stands still":
        await this.woken.promise;
        return work();
      case "does it":
        return work();
    }
  }
}

function figures(count: number): WorkerFigures {
  return { process: { figures: { count }, lag: [] }, pools: {} };
}

/** A crew of fakes. */
export function fakeCrew(workers: number, options: Partial<CrewOptions> = {}) {
  const started: FakeWorker[] = [];
  const events: string[] = [];
  const cleared: number[] = [];
  const changes = new Exclusively();
  let inForce: Plan | null = null;
  const crew = new Crew({
    workers,
    patience: PATIENCE,
    report: (event, facts) => events.push(`${event} ${facts.worker} ${facts.reason ?? ""}`.trim()),
    start: (slot, life) => {
      const worker = new FakeWorker(slot, life);
      started.push(worker);
      return worker;
    },
    ended: (slot) => cleared.push(slot),
    current: () => inForce === null ? null : { plan: inForce, sockets: [] },
    exclusively: (work) => changes.do(work),
    ...options,
  });
  /** As the supervisor applies it. */
  const apply = (plan: Plan) =>
    changes.do(async () => {
      await crew.apply(plan, () => []);
      inForce = plan;
    });
  /** The workers there are, by slot. */
  const aboard = () => started.filter(({ isGone }) => !isGone).sort((a, b) => a.slot - b.slot);
  return { crew, started, events, cleared, apply, aboard, changes };
}
