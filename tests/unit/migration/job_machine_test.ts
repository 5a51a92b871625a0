/** Slot jobs in transcripts: what is ordered when all goes well, when something fails, and when a controller dies. */
import { describe, expect, test } from "bun:test";
import type { JobEffect, JobEvent, JobLimits, Order, OrderKind } from "../../../src/migration/job_events.ts";
import { beginJob, stepJob } from "../../../src/migration/job_machine.ts";
import {
  type JobRecord,
  plannedJob,
  readJobRecord,
  type StoredPhase,
} from "../../../src/migration/job_record.ts";
import type { JobState, JobStep } from "../../../src/migration/job_state.ts";

const LIMITS: JobLimits = { lockBudgetMs: 50, rounds: 3, patience: 2, locks: 4, attempts: 2 };

/** A job that answers to words, and writes down what it does. */
class Transcript {
  readonly lines: string[] = [];
  state!: JobState;

  constructor(record: JobRecord, limits: Partial<JobLimits> = {}) {
    this.#take(beginJob(record, { ...LIMITS, ...limits }));
  }

  get order(): Order {
    return this.state.order;
  }

  /** The outcome of what is being done: `ok`, or why not. */
  answer(outcome = "ok"): this {
    const { order, ticket } = this.state;
    if (outcome !== "ok") return this.tell({ kind: "failed", ticket, reason: outcome });
    if (order.kind === "catchUp") return this.tell({ kind: "caughtUp", ticket, predictedMs: 5, hot: [] });
    if (order.kind === "unlock") return this.tell({ kind: "unlocked", ticket, committed: false });
    return this.tell({ kind: "done", ticket });
  }

  tell(event: JobEvent): this {
    this.#take(stepJob(this.state, event));
    return this;
  }

  /** All goes well until it gives that order. */
  until(kind: OrderKind): this {
    for (let i = 0; this.order.kind !== kind; i++) {
      if (i > 30) throw new Error(`it comes to no ${kind}: ${this.lines.join(" ")}`);
      this.answer();
    }
    this.lines.length = 0;
    return this;
  }

  /** All goes well until it is over. */
  finish(): string[] {
    for (let i = 0; !this.lines.at(-1)?.startsWith("end"); i++) {
      if (i > 30) throw new Error(`it comes to no end: ${this.lines.join(" ")}`);
      this.answer();
    }
    return this.lines;
  }

  #take({ state, effects }: JobStep): void {
    this.state = state;
    this.lines.push(...effects.map(lineOf));
  }
}

function lineOf(effect: JobEffect): string {
  switch (effect.kind) {
    case "do": {
      const { order } = effect;
      if (order.kind === "save") return `save ${order.record.phase}`;
      if (order.kind === "wait") return `wait ${order.ms}`;
      return order.kind === "fence" ? `fence ${order.proxies}` : order.kind;
    }
    case "end":
      return `end ${effect.outcome}`;
    case "rest":
      return effect.resting ? "rest" : "go on";
    case "tell":
      return `tell`;
    case "stop":
      return "stop";
  }
}

function job(phase: StoredPhase = "planned", more: Partial<JobRecord> = {}): JobRecord {
  return { ...plannedJob("j1", [1, 2, 3], 1, 2), phase, ...more };
}

const WHOLE =
  "check|save copying|purge|copy|catchUp|lock|settle|secure|commit|acknowledge|collect|save done|end done";
const UNDONE = "save undoing|unlock|undo|save cancelled|end cancelled";
const FAILED = "save undoing|unlock|undo|save failed|end failed";

describe("a slot job", () => {
  test("goes from check to done when all goes well", () => {
    expect(new Transcript(job()).finish().join("|")).toBe(WHOLE);
  });

  const takeovers: [StoredPhase, string, Partial<JobRecord>?][] = [
    ["planned", WHOLE],
    ["copying", `unlock|wait 200|${WHOLE.slice(WHOLE.indexOf("purge"))}`],
    ["collecting", "acknowledge|collect|save done|end done"],
    ["undoing", "unlock|undo|save cancelled|end cancelled", { reason: "cancelled" }],
    ["undoing", "unlock|undo|save failed|end failed", { reason: "the target is full" }],
    ["done", "end done"],
    ["cancelled", "end cancelled"],
    ["failed", "end failed"],
  ];
  test.each(takeovers)("is taken over in phase %s and brought to its end", (phase, expected, more = {}) => {
    expect(new Transcript(job(phase, more)).finish().join("|")).toBe(expected);
  });

  test("that is taken over in doubt of a commit learns of it by the unlock", () => {
    const taken = new Transcript(job("copying"));
    taken.tell({ kind: "unlocked", ticket: taken.state.ticket, committed: true });
    expect(taken.finish().join("|")).toBe("unlock|acknowledge|collect|save done|end done");
  });

  // What a failure of each order leads to, until something is ordered that goes on.
  const failures: [OrderKind, string][] = [
    ["check", "wait 200|check"],
    ["save", "wait 200|save copying"],
    ["purge", "wait 200|save copying|purge"],
    ["copy", "wait 200|save copying|purge"],
    ["catchUp", "wait 200|save copying|purge"],
    ["lock", "tell|unlock|wait 400|catchUp"],
    ["settle", "tell|unlock|wait 400|purge"],
    ["secure", "tell|unlock|wait 400|catchUp"],
    ["commit", "tell|unlock|wait 400|catchUp"],
    ["acknowledge", "wait 200|acknowledge"],
    ["collect", "wait 200|collect"],
  ];
  test.each(failures)("whose %s fails goes on from the right place", (kind, expected) => {
    const failing = new Transcript(job()).until(kind).answer("broken");
    const steps = expected.split("|").length;
    while (failing.lines.length < steps) failing.answer();
    expect(failing.lines.join("|")).toBe(expected);
    expect(failing.finish().at(-1)).toBe("end done");
  });

  test("waits longer each time, and is undone when copying has failed too often", () => {
    const failing = new Transcript(job(), { attempts: 3 });
    const waits: number[] = [];
    while (failing.state.record.phase !== "undoing" && !failing.lines.includes("save undoing")) {
      if (failing.order.kind === "wait") waits.push(failing.order.ms);
      failing.answer(failing.order.kind === "copy" ? "the source is gone" : "ok");
    }
    expect(waits).toEqual([200, 400, 800]);
    failing.lines.splice(0, failing.lines.indexOf("save undoing"));
    expect(failing.finish().join("|")).toBe(FAILED);
    expect(failing.state.record.reason).toBe("the source is gone");
  });

  test("is undone at once when the check says that it can't be", () => {
    const unfit = new Transcript(job());
    unfit.tell({ kind: "unfit", ticket: unfit.state.ticket, reason: "the target is older" });
    expect(unfit.finish().join("|")).toBe(`check|${FAILED}`);
  });

  test.each(["check", "purge", "copy", "catchUp"] as const)(
    "that is cancelled in %s stops and is undone",
    (kind) => {
      expect(new Transcript(job()).until(kind).tell({ kind: "cancel" }).finish().join("|")).toBe(
        `stop|${UNDONE}`,
      );
    },
  );

  test.each(["lock", "settle", "secure"] as const)(
    "that is cancelled in %s lets go of the slots first",
    (kind) => {
      expect(new Transcript(job()).until(kind).tell({ kind: "cancel" }).finish().join("|")).toBe(
        `stop|unlock|${UNDONE}`,
      );
    },
  );

  test("that is cancelled while it commits is cancelled if it has not", () => {
    const lucky = new Transcript(job()).until("commit").tell({ kind: "cancel" });
    expect(lucky.lines).toEqual([]);
    expect(lucky.answer("no answer").finish().join("|")).toBe(`tell|unlock|${UNDONE}`);
    const late = new Transcript(job()).until("commit").tell({ kind: "cancel" });
    expect(late.answer().finish().join("|")).toBe("acknowledge|collect|save done|end done");
    expect(late.tell({ kind: "cancel" }).lines.at(-1)).toBe("end done");
  });

  test("can't be cancelled behind the commit, and says so", () => {
    const behind = new Transcript(job()).until("acknowledge").tell({ kind: "cancel" });
    expect(behind.lines).toEqual(["tell"]);
    expect(behind.finish().at(-1)).toBe("end done");
  });

  test("asks for more rounds while too much is left, then tells why and waits", () => {
    const busy = new Transcript(job()).until("catchUp");
    for (let round = 0; round < 3; round++) {
      busy.tell({ kind: "caughtUp", ticket: busy.state.ticket, predictedMs: 51, hot: ["cart:1"] });
    }
    expect(busy.lines).toEqual(["catchUp", "catchUp", "tell", "wait 30000"]);
    expect(busy.answer().finish().at(-1)).toBe("end done");
  });

  test("fences proxies that are not heard of a second time", () => {
    const deaf = new Transcript(job()).until("lock");
    const unheard = () => deaf.tell({ kind: "unheard", ticket: deaf.state.ticket, proxies: ["p1", "p2"] });
    unheard();
    expect(deaf.lines).toEqual(["tell", "unlock"]);
    deaf.until("lock");
    unheard();
    expect(deaf.lines).toEqual(["tell", "fence p1,p2"]);
    expect(deaf.answer().finish().slice(2).join("|")).toBe(WHOLE.slice(WHOLE.indexOf("settle")));
  });

  test("waits for somebody to resume it when locks go on failing, with the slots let go", () => {
    const unlucky = new Transcript(job(), { locks: 3 }).until("secure");
    for (let i = 0; i < 3; i++) {
      if (i > 0) unlucky.until("secure");
      unlucky.answer("the replica doesn't follow");
    }
    expect(unlucky.lines).toEqual(["tell", "unlock"]);
    unlucky.answer();
    expect([unlucky.state.held?.kind, unlucky.lines.length]).toEqual(["wait", 2]);
    expect(unlucky.tell({ kind: "resume" }).lines.slice(2)).toEqual(["go on", "wait 1600"]);
    expect(unlucky.finish().at(-1)).toBe("end done");
  });

  test("lets go when slots are held for too long, but not of a commit that is on its way", () => {
    for (const kind of ["lock", "settle", "secure"] as const) {
      const slow = new Transcript(job()).until(kind).tell({ kind: "overdue" });
      expect(slow.lines).toEqual(["stop", "tell", "unlock"]);
    }
    for (const kind of ["copy", "commit", "acknowledge"] as const) {
      expect(new Transcript(job()).until(kind).tell({ kind: "overdue" }).lines).toEqual([]);
    }
  });

  test("lets go when somebody writes past the lock", () => {
    const leaky = new Transcript(job()).until("secure").tell({ kind: "stray", key: "a" });
    expect(leaky.lines).toEqual(["stop", "tell", "unlock"]);
    expect(leaky.finish().at(-1)).toBe("end done");
  });

  test("removes nothing more from the source once somebody writes there, until it is resumed", () => {
    for (const kind of ["commit", "acknowledge", "collect"] as const) {
      const leaky = new Transcript(job()).until(kind).tell({ kind: "stray", key: "a" });
      expect(leaky.lines).toEqual(kind === "collect" ? ["stop", "tell"] : ["tell"]);
      while (leaky.state.held === null) leaky.answer();
      expect(leaky.lines).not.toContain("collect");
      leaky.tell({ kind: "stray", key: "a" });
      leaky.lines.length = 0;
      expect(leaky.tell({ kind: "resume" }).finish().join("|")).toEndWith("collect|save done|end done");
    }
  });

  test("rests while it is paused, ends what can't rest, and goes on where it was", () => {
    for (const kind of ["check", "purge", "copy", "catchUp", "acknowledge", "collect"] as const) {
      const paused = new Transcript(job()).until(kind).tell({ kind: "pause" }).tell({ kind: "pause" });
      expect(paused.lines).toEqual(kind === "check" || kind === "acknowledge" ? [] : ["rest"]);
      while (paused.state.held === null && !paused.lines.some((line) => line.startsWith("end"))) {
        paused.answer();
      }
      expect(paused.tell({ kind: "resume" }).finish().at(-1)).toBe("end done");
    }
    const locked = new Transcript(job()).until("lock").tell({ kind: "pause" });
    while (locked.state.held === null) locked.answer();
    expect(locked.lines).toEqual(["settle", "secure", "commit"]);
    expect(locked.state.held.kind).toBe("acknowledge");
  });

  test("that is paused and can't reach the store still takes its lock away", () => {
    const paused = new Transcript(job()).until("settle").tell({ kind: "pause" }).answer("the target is gone");
    paused.answer("the store is away").answer().answer("the store is away").answer().answer();
    expect(paused.lines).toEqual(["tell", "unlock", "wait 200", "unlock", "wait 400", "unlock"]);
    expect(paused.state.held?.kind).toBe("wait");
  });

  test("that is paused can be cancelled", () => {
    const paused = new Transcript(job()).until("copy").tell({ kind: "pause" }).answer();
    expect(paused.tell({ kind: "cancel" }).finish().join("|")).toBe(`rest|go on|${UNDONE}`);
  });

  test("does nothing more once it is deposed", () => {
    const deposed = new Transcript(job()).until("copy").tell({ kind: "deposed" });
    expect(deposed.lines).toEqual(["stop", "end deposed"]);
    deposed.answer().tell({ kind: "cancel" }).tell({ kind: "resume" });
    expect(deposed.lines.length).toBe(2);
  });

  test("takes no notice of outcomes of what it has stopped", () => {
    const cancelled = new Transcript(job()).until("copy");
    const { ticket } = cancelled.state;
    cancelled.tell({ kind: "cancel" }).tell({ kind: "done", ticket }).tell({
      kind: "failed",
      ticket,
      reason: "late",
    });
    expect(cancelled.lines).toEqual(["stop", "save undoing"]);
  });
});

describe("readJobRecord", () => {
  test("reads what was written, and refuses what is none", () => {
    const record = job("copying", { attempts: 2 });
    expect(readJobRecord(JSON.stringify(record))).toEqual(record);
    for (
      const bad of [
        "",
        "{}",
        JSON.stringify({ ...record, phase: "x" }),
        JSON.stringify({ ...record, slots: [] }),
      ]
    ) {
      expect(() => readJobRecord(bad)).toThrow();
    }
  });
});
