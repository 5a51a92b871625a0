import { describe, expect, test } from "bun:test";
import { Crew, type CrewOptions } from "../../../src/control/crew.ts";
import { Exclusively } from "../../../src/control/exclusively.ts";
import type { Plan } from "../../../src/control/plan.ts";
import { OtherSideGone } from "../../../src/control/remote_calls.ts";
import type { WorkerApi } from "../../../src/control/worker_api.ts";
import type { WorkerFigures } from "../../../src/stats/mod.ts";
import { eventually } from "../../support/eventually.ts";

const PLAN = { workers: 3 } as Plan;
const NEW_PLAN = { workers: 4 } as Plan;
const PATIENCE = { answerMs: 20, changeMs: 40, startMs: 60, leaveMs: 30 };

/** What a fake worker does about a call; by default it does it. */
type Mood = "does it" | "refuses" | "dies" | "stands still";

/** A worker that does nothing but note what it is asked. */
class FakeWorker {
  readonly calls: string[] = [];
  moods: Partial<Record<keyof WorkerApi, Mood>> = {};
  inForce: Plan | null = null;
  counted = 0;
  isGone = false;
  #draft: Plan | null = null;
  #end = Promise.withResolvers<string>();

  constructor(readonly slot: number, readonly life: number) {}

  readonly pid = 1_000_000;
  readonly exited = this.#end.promise;

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
        return await new Promise<T>(() => {});
      case "does it":
        return work();
    }
  }
}

function figures(count: number): WorkerFigures {
  return { process: { figures: { count }, lag: [] }, pools: {} };
}

/** A crew of fakes. */
function fakeCrew(workers: number, options: Partial<CrewOptions> = {}) {
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

describe("Crew.apply", () => {
  test("has every worker prepare before any commits", async () => {
    const { apply, started } = fakeCrew(3);
    await apply(PLAN);
    expect(started.map(({ calls, inForce }) => [calls, inForce])).toEqual(
      Array(3).fill([["prepare", "commit"], PLAN]),
    );
  });

  test.each(["refuses", "dies", "stands still"] as const)(
    "changes nothing when one worker %s",
    async (mood) => {
      const { apply, aboard, started, crew } = fakeCrew(3);
      await apply(PLAN);
      started[1]!.moods = { prepare: mood };
      await expect(apply(NEW_PLAN)).rejects.toThrow(
        /^worker 1: (can't prepare|the worker has ended|no answer within 40 ms)/,
      );
      expect(aboard().map(({ inForce }) => inForce)).toEqual(aboard().map(() => PLAN));
      expect(started[0]!.calls).toEqual(["prepare", "commit", "prepare", "abort"]);
      started[1]!.moods = {};
      await apply(NEW_PLAN);
      expect(aboard().every(({ inForce }) => inForce === NEW_PLAN)).toBe(true);
      crew.kill();
    },
  );

  test("replaces a worker that dies between its promise and the deed, with the others' plan", async () => {
    const { apply, aboard, started, events, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.moods = { commit: "dies" };
    await apply(NEW_PLAN);
    await eventually("it is replaced", () => aboard()[0]?.inForce === NEW_PLAN && aboard().length === 2);
    expect(events).toEqual(["worker.died 0 died in commit", "worker.started 0"]);
    expect(started[1]!.inForce).toBe(NEW_PLAN);
    crew.kill();
  });

  test.each(["refuses", "stands still"] as const)(
    "replaces a worker that %s after it promised",
    async (mood) => {
      const { apply, aboard, started, events, crew } = fakeCrew(2);
      await apply(PLAN);
      started[0]!.moods = { commit: mood };
      await apply(NEW_PLAN);
      await eventually("it is replaced", () => aboard()[0]?.inForce === NEW_PLAN && aboard().length === 2);
      expect(events[0]).toMatch(/^worker\.failed 0 (can't commit|no answer within 40 ms)$/);
      expect(events.slice(1)).toEqual(["worker.died 0 SIGKILL", "worker.started 0"]);
      crew.kill();
    },
  );

  test("goes on without a worker that is just being replaced, which gets the new plan then", async () => {
    const { apply, aboard, started, crew } = fakeCrew(2);
    await apply(PLAN);
    started[1]!.die("a bug");
    await started[1]!.exited;
    await apply(NEW_PLAN);
    await eventually("it is replaced", () => aboard().length === 2 && aboard()[1]!.inForce !== null);
    expect(aboard().map(({ inForce }) => inForce)).toEqual([NEW_PLAN, NEW_PLAN]);
    crew.kill();
  });

  test("fails as it is told when the one worker is in this process", async () => {
    const { apply, started } = fakeCrew(1);
    Object.assign(started[0]!, { pid: process.pid });
    started[0]!.moods = { prepare: "refuses" };
    await expect(apply(PLAN)).rejects.toThrow(/^can't prepare$/);
    started[0]!.moods = { commit: "refuses" };
    await expect(apply(PLAN)).rejects.toThrow("can't commit");
    expect(started[0]!.isGone).toBe(false);
  });
});

describe("Crew, when a worker dies", () => {
  test("clears its column and starts another with a life of its own", async () => {
    const { apply, aboard, started, cleared, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.die("SIGSEGV");
    await eventually("it is replaced", () => aboard().length === 2);
    expect(cleared).toEqual([0]);
    expect(started.map(({ life }) => life)).toEqual([0, 1, 2]);
    expect(started[1]!.calls).toEqual(["prepare", "commit"]);
    crew.kill();
  });

  test("waits longer each time", async () => {
    const pauses: number[] = [];
    const { apply, aboard, crew } = fakeCrew(1, {
      report: (event, facts) => {
        if (event === "worker.died") pauses.push(facts.restart_in_ms as number);
      },
    });
    await apply(PLAN);
    for (let deaths = 0; deaths < 3; deaths++) {
      await eventually("there is one", () => aboard().length === 1);
      aboard()[0]!.die("again");
    }
    await eventually("all are told", () => pauses.length === 3);
    expect(pauses).toEqual([100, 200, 400]);
    crew.kill();
  });

  test("tries again when none can be started, and when the new one refuses the plan or stands still", async () => {
    const failures: (Mood | "not there")[] = ["not there", "refuses", "stands still"];
    const started: FakeWorker[] = [];
    const { apply, events, crew } = fakeCrew(1, {
      start: (slot, life) => {
        const worker = new FakeWorker(slot, life);
        const failure = life === 0 ? undefined : failures.shift();
        if (failure === "not there") throw new Error("too many processes");
        if (failure !== undefined) worker.moods = { prepare: failure };
        started.push(worker);
        return worker;
      },
    });
    await apply(PLAN);
    started[0]!.die("a bug");
    await eventually("one serves", () => started.at(-1)!.inForce === PLAN && started.length > 1);
    expect(events).toEqual([
      "worker.died 0 a bug",
      "worker.died 0 too many processes",
      "worker.failed 0 can't prepare",
      "worker.died 0 SIGKILL",
      "worker.failed 0 no answer within 60 ms",
      "worker.died 0 SIGKILL",
      "worker.started 0",
    ]);
    crew.kill();
  });

  test("starts no other once it is leaving, not even one that was due", async () => {
    const { apply, started, crew, events, changes } = fakeCrew(2);
    await apply(PLAN);
    const isDone = Promise.withResolvers<void>();
    void changes.do(() => isDone.promise);
    started[0]!.die("a bug");
    await eventually("its death is known", () => events.length === 1);
    crew.kill();
    isDone.resolve();
    await changes.do(() => Promise.all(started.map(({ exited }) => exited)));
    events.shift();
    expect([started.length, events]).toEqual([2, []]);
  });
});

describe("Crew", () => {
  test("leaves nobody behind when one can't be started", () => {
    const started: FakeWorker[] = [];
    const start = (slot: number, life: number) => {
      if (slot === 2) throw new Error("too many processes");
      started.push(new FakeWorker(slot, life));
      return started.at(-1)!;
    };
    expect(() => fakeCrew(3, { start })).toThrow("too many processes");
    expect(started.map(({ isGone }) => isGone)).toEqual([true, true]);
  });

  test("adds up what the dead have counted, and takes the last word of who doesn't answer", async () => {
    const { apply, aboard, started, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.counted = 5;
    started[1]!.counted = 7;
    const counts = async () =>
      [...await crew.figures()].map(([slot, { process }]) => [slot, process.figures.count]);
    expect(await counts()).toEqual([[0, 5], [1, 7]]);
    started[1]!.moods = { figures: "stands still" };
    expect(await counts()).toEqual([[0, 5], [1, 7]]);
    started[0]!.die("a bug");
    await eventually("it is replaced", () => aboard().length === 2);
    expect((await counts())[0]).toEqual([0, 5]);
    crew.kill();
  });

  test("leaves out of what it asks those that don't answer in time", async () => {
    const { apply, started, crew } = fakeCrew(3);
    await apply(PLAN);
    for (const worker of started) worker.counted = worker.slot + 1;
    started[1]!.moods = { clients: "stands still" };
    started[2]!.moods = { clients: "refuses" };
    expect((await crew.view()).map(({ state, clients }) => [state, clients])).toEqual([
      ["running", 1],
      ["running", 0],
      ["running", 0],
    ]);
    crew.kill();
  });

  test("drains all, and ends those that take far too long", async () => {
    const { apply, started, crew, changes } = fakeCrew(2);
    await apply(PLAN);
    started[1]!.moods = { drain: "stands still" };
    await changes.do(() => crew.drain(10));
    expect(started.map(({ calls, isGone }) => [calls.at(-1), isGone])).toEqual(
      Array(2).fill(["drain", true]),
    );
    expect((await crew.view()).map(({ state }) => state)).toEqual(["draining", "draining"]);
  });
});
