import { describe, expect, test } from "bun:test";
import { eventually } from "../../../support/eventually.ts";
import { fakeCrew, FakeWorker, type Mood, PLAN } from "./fake_crew.ts";

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
