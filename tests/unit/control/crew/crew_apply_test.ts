import { describe, expect, test } from "bun:test";
import { eventually } from "../../../support/eventually.ts";
import { fakeCrew, NEW_PLAN, PLAN } from "./fake_crew.ts";

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

  test("lets a worker go that refuses after it promised: it sees its clients off, and is replaced", async () => {
    const { apply, aboard, started, events, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.moods = { commit: "refuses" };
    await apply(NEW_PLAN);
    await eventually("it is replaced", () => aboard()[0]?.inForce === NEW_PLAN && aboard().length === 2);
    expect(started[0]!.calls.at(-1)).toBe("letGo");
    expect(events).toEqual(["worker.failed 0 can't commit", "worker.died 0 exit code 0", "worker.started 0"]);
    crew.kill();
  });

  test("goes on without a worker that is late, which does it when it can", async () => {
    const { apply, aboard, started, events, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.moods = { commit: "stands still" };
    await apply(NEW_PLAN);
    expect(aboard().map(({ inForce }) => inForce)).toEqual([PLAN, NEW_PLAN]);
    expect(crew.running).toBe(2);
    started[0]!.woken.resolve();
    await eventually("it has caught up", () => events.length === 2);
    expect(events).toEqual(["worker.late 0", "worker.caught_up 0"]);
    expect(aboard()).toEqual(started);
    expect(started[0]!.inForce).toBe(NEW_PLAN);
    crew.kill();
  });

  test("lets a worker go that is far too late, and ends it when it stands still even then", async () => {
    const { apply, aboard, started, events, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.moods = { commit: "stands still", letGo: "stands still" };
    await apply(NEW_PLAN);
    await eventually("it is let go", () => started[0]!.calls.at(-1) === "letGo");
    // Nobody waits for it, and nobody takes its place before it has ended.
    await apply(PLAN);
    expect(started.map(({ inForce }) => inForce)).toEqual([PLAN, PLAN]);
    await eventually("it is replaced", () => events.length === 4 && aboard()[0]?.inForce === PLAN);
    expect(events).toEqual([
      "worker.late 0",
      "worker.failed 0 no answer within 50 ms",
      "worker.died 0 SIGKILL",
      "worker.started 0",
    ]);
    crew.kill();
  });

  test("drains with a worker that was let go, which has its clients still", async () => {
    const { apply, started, changes, crew } = fakeCrew(2);
    await apply(PLAN);
    started[0]!.moods = { commit: "refuses", letGo: "stands still" };
    await apply(NEW_PLAN);
    const drained = changes.do(() => crew.drain(10));
    await eventually("the other one drains", () => started[1]!.calls.at(-1) === "drain");
    expect(started[0]!.isGone).toBe(false);
    started[0]!.die("exit code 0");
    await drained;
    expect(started.map(({ isGone }) => isGone)).toEqual([true, true]);
  });

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
