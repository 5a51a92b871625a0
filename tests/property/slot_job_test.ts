/**
 * Slot jobs in a world where everything may fail, controllers die at any moment, commits come late and operators press
 * every button: nothing that a client was told is ever lost, and each job comes to an end that leaves nothing behind.
 */
import { describe, expect, test } from "bun:test";
import type { JobEffect, JobEvent, JobLimits, Order } from "../../src/migration/job_events.ts";
import { beginJob, stepJob } from "../../src/migration/job_machine.ts";
import { isOver, plannedJob } from "../../src/migration/job_record.ts";
import type { JobState } from "../../src/migration/job_state.ts";
import { Random } from "../support/seed.ts";
import { JobWorld, type Luck } from "../unit/migration/job_world.ts";

const LIMITS: JobLimits = { lockBudgetMs: 50, rounds: 3, patience: 2, locks: 4, attempts: 3 };
const KEYS = ["a", "b", "c", "d"];

/** A world with a job in it, driven from outside. */
class Drive {
  readonly world = new JobWorld(plannedJob("j", [1], 1, 2));
  state!: JobState;
  isOver = false;
  readonly seen = new Set<string>();
  #pending: { order: Order; ticket: number } | null = null;

  constructor() {
    for (const key of KEYS) this.world.write(key);
    this.#begin();
  }

  /** The controller dies; another one takes over. */
  crash(): void {
    this.world.crash();
    this.#begin();
  }

  send(event: JobEvent): void {
    const { state, effects } = stepJob(this.state, event);
    this.state = state;
    this.#take(effects);
  }

  /** Carries out the order there is; false when the job waits for somebody. */
  carryOut(luck: Luck | "sent", isHeard = true): boolean {
    const pending = this.#pending;
    if (pending === null) return false;
    this.#pending = null;
    const { order, ticket } = pending;
    this.seen.add(order.kind);
    const event = luck === "sent" && order.kind === "commit"
      ? this.world.sendCommit(order, ticket)
      : this.world.carryOut(order, ticket, luck === "sent" ? "unknown" : luck);
    if (isHeard) this.send(event);
    return true;
  }

  /** All goes well from now on, and somebody resumes what waits. */
  settle(): void {
    for (let i = 0; !this.isOver; i++) {
      if (i > 60) throw new Error(`it comes to no end: ${JSON.stringify(this.state)}`);
      this.world.write(KEYS[i % KEYS.length]!);
      if (!this.carryOut("good")) this.send({ kind: "resume" });
    }
  }

  expectWhole(): void {
    const { world } = this;
    const [owner, other] = world.owner === "target"
      ? [world.target, world.source]
      : [world.source, world.target];
    expect([...owner].toSorted()).toEqual([...world.truth].toSorted());
    expect(other.size).toBe(0);
    expect([world.lock, isOver(world.stored)]).toEqual([false, true]);
    expect(world.owner).toBe(world.stored.phase === "done" ? "target" : "source");
  }

  #begin(): void {
    this.#pending = null;
    const { state, effects } = beginJob(this.world.stored, LIMITS);
    this.state = state;
    this.#take(effects);
  }

  #take(effects: readonly JobEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "stop") this.#pending = null;
      if (effect.kind === "do") {
        if (this.#pending !== null) {
          throw new Error(`two orders at once: ${this.#pending.order.kind}, ${effect.order.kind}`);
        }
        this.#pending = effect;
      }
      if (effect.kind === "end") this.isOver = true;
    }
  }
}

/** How many orders a job has when all goes well. */
const STEPS = 12;

describe("a slot job", () => {
  test.each(["good", "bad", "unknown", "sent"] as const)(
    "comes to a good end when its controller dies behind any order that went %s, heard of or not",
    (luck) => {
      for (let at = 0; at < STEPS; at++) {
        for (const isHeard of [true, false]) {
          for (const late of [true, false]) {
            const drive = new Drive();
            for (let i = 0; i < at; i++) {
              drive.world.write(KEYS[i % KEYS.length]!);
              drive.carryOut("good");
            }
            drive.carryOut(luck, isHeard);
            if (late) drive.world.deliver();
            if (!drive.isOver) drive.crash();
            drive.settle();
            drive.expectWhole();
          }
        }
      }
    },
  );

  test("loses nothing whatever happens, in any order", () => {
    const seen = new Set<string>();
    const ends = new Map<string, number>();
    const random = new Random("slot jobs");
    const events: (() => JobEvent)[] = [
      () => ({ kind: "pause" }),
      () => ({ kind: "resume" }),
      () => ({ kind: "resume" }),
      () => ({ kind: "cancel" }),
      () => ({ kind: "stray", key: "a" }),
      () => ({ kind: "overdue" }),
    ];
    for (let round = 0; round < 3000; round++) {
      const drive = new Drive();
      const trouble = random.next() * 0.4;
      for (let i = 0; i < 40 && !drive.isOver; i++) {
        drive.world.write(random.pick(KEYS));
        if (random.next() < 0.3) drive.world.deliver();
        if (random.next() < trouble / 8) drive.crash();
        else if (random.next() < trouble / 4) drive.send(random.pick(events)());
        else if (random.next() < trouble) drive.carryOut(random.pick(["bad", "unknown", "sent"] as const));
        else drive.carryOut("good");
      }
      drive.settle();
      drive.expectWhole();
      for (const kind of drive.seen) seen.add(kind);
      const { phase } = drive.world.stored;
      ends.set(phase, (ends.get(phase) ?? 0) + 1);
    }
    expect([...seen].toSorted()).toEqual([
      "acknowledge",
      "catchUp",
      "check",
      "collect",
      "commit",
      "copy",
      "fence",
      "lock",
      "purge",
      "save",
      "secure",
      "settle",
      "undo",
      "unlock",
      "wait",
    ]);
    expect([...ends.keys()].toSorted()).toEqual(["cancelled", "done", "failed"]);
  });
});
