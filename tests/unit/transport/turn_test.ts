import { describe, expect, test } from "bun:test";
import { type EndsTurn, turn } from "../../../src/transport/turn.ts";

/** Notes that it was run; `then` happens inside. */
class Work implements EndsTurn {
  readonly failures: string[] = [];

  constructor(readonly log: string[], readonly name: string, readonly then = () => {}) {}

  endTurn(): void {
    this.log.push(this.name);
    this.then();
  }

  turnFailed(error: Error): void {
    this.failures.push(error.message);
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** Ends when this turn has. */
const sameTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("turn runs at its end", () => {
  test("what was asked for, in order, and not before", async () => {
    const log: string[] = [];
    for (const name of ["a", "b", "c"]) turn.atEnd(new Work(log, name));
    await Promise.resolve();
    expect(log).toEqual([]);
    await nextTurn();
    expect(log).toEqual(["a", "b", "c"]);
  });

  test("what is asked for meanwhile, behind all others", async () => {
    const log: string[] = [];
    const later = new Work(log, "later", () => turn.atEnd(new Work(log, "latest")));
    turn.atEnd(new Work(log, "a", () => turn.atEnd(later)));
    turn.atEnd(new Work(log, "b"));
    await nextTurn();
    expect(log).toEqual(["a", "b", "later", "latest"]);
  });

  test("the others too when one throws, and tells that one", async () => {
    const log: string[] = [];
    const broken = new Work(log, "broken", () => {
      throw new Error("no");
    });
    turn.atEnd(broken);
    turn.atEnd(new Work(log, "b"));
    await nextTurn();
    expect({ log, failures: broken.failures }).toEqual({ log: ["broken", "b"], failures: ["no"] });
  });

  test("nothing twice", async () => {
    const log: string[] = [];
    turn.atEnd(new Work(log, "once"));
    await nextTurn();
    turn.begin();
    await nextTurn();
    expect(log).toEqual(["once"]);
  });
});

describe("turn holds back", () => {
  test("until a turn in which nothing happens", async () => {
    const log: string[] = [];
    turn.whenCalm(new Work(log, "held"));
    await sameTurn();
    expect(log).toEqual([]);
    await sameTurn();
    expect(log).toEqual(["held"]);
  });

  test("no longer than four turns, however busy", async () => {
    const log: string[] = [];
    turn.whenCalm(new Work(log, "held"));
    for (let i = 1; i <= 4; i++) {
      turn.atEnd(new Work(log, `turn ${i}`));
      await sameTurn();
    }
    turn.atEnd(new Work(log, "turn 5"));
    await nextTurn();
    expect(log).toEqual(["turn 1", "turn 2", "turn 3", "turn 4", "held", "turn 5"]);
  });

  test("what is asked for by what was held, anew", async () => {
    const log: string[] = [];
    turn.whenCalm(new Work(log, "first", () => turn.whenCalm(new Work(log, "second"))));
    await nextTurn();
    await nextTurn();
    expect(log).toEqual(["first", "second"]);
  });
});

describe("turn.now", () => {
  test("is the same for all of a turn and later in the next", async () => {
    await nextTurn();
    turn.begin();
    const first = turn.now;
    const until = performance.now() + 2;
    while (performance.now() < until);
    turn.begin();
    expect(turn.now).toBe(first);
    await nextTurn();
    turn.begin();
    expect(turn.now).toBeGreaterThan(first);
    expect(turn.now).toBeLessThanOrEqual(performance.now());
    await nextTurn();
  });
});
