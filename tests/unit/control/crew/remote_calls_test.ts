import { describe, expect, test } from "bun:test";
import { OtherSideGone, RemoteCalls } from "../../../../src/control/crew/remote_calls.ts";

/** What one side offers in these tests. */
interface Sums {
  add(one: number, other: number): Promise<number>;
  fail(why: string): Promise<void>;
  never(): Promise<void>;
  note(text: string): void;
}

const NAMES = { asked: ["add", "fail", "never"], told: ["note"] } as const;

class Calculator {
  readonly notes: string[] = [];

  // deno-lint-ignore require-await -- a throw is an answer, too
  async add(one: number, other: number): Promise<number> {
    return one + other;
  }

  // deno-lint-ignore require-await -- as above
  async fail(why: string): Promise<void> {
    throw new Error(why);
  }

  never(): Promise<void> {
    return new Promise(() => {});
  }

  note(text: string): void {
    this.notes.push(text);
  }
}

/** Two ends with a channel in memory; messages are copied and come later, in order. */
function pair() {
  const servants = [new Calculator(), new Calculator()] as const;
  const sent: unknown[] = [];
  let isOpen = true;
  const sendTo = (end: () => RemoteCalls<Sums>) => (message: unknown) => {
    if (!isOpen) throw new Error("the channel is closed");
    sent.push(message);
    const copy = structuredClone(message);
    queueMicrotask(() => end().received(copy));
  };
  const ends: [RemoteCalls<Sums>, RemoteCalls<Sums>] = [
    new RemoteCalls<Sums>(sendTo(() => ends[1]), servants[0], NAMES),
    new RemoteCalls<Sums>(sendTo(() => ends[0]), servants[1], NAMES),
  ];
  return { ends, servants, sent, cut: () => void (isOpen = false) };
}

describe("RemoteCalls", () => {
  test("answers calls of both sides, however many are under way", async () => {
    const { ends: [here, there] } = pair();
    const sums = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? here : there).theirs.add(i, 1));
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  test("hands the other side's error over, and goes on", async () => {
    const { ends: [here] } = pair();
    await expect(here.theirs.fail("out of paper")).rejects.toThrow("out of paper");
    expect(await here.theirs.add(1, 1)).toBe(2);
  });

  test("answers in whatever order the calls are done", async () => {
    const { ends: [here] } = pair();
    let isDone = false;
    void here.theirs.never().finally(() => (isDone = true));
    expect(await here.theirs.add(2, 2)).toBe(4);
    expect(isDone).toBe(false);
  });

  test("tells without an answer", async () => {
    const { ends: [here], servants, sent } = pair();
    here.theirs.note("a");
    here.theirs.note("b");
    await here.theirs.add(0, 0);
    expect(servants[1].notes).toEqual(["a", "b"]);
    expect(sent.length).toBe(4);
  });

  test("fails a call of a method that the other side lacks", async () => {
    const { ends: [here] } = pair();
    const odd = new RemoteCalls<{ fly(): Promise<void> }>(
      (message) => queueMicrotask(() => here.received(message)),
      {},
      { asked: ["fly"], told: [] },
    );
    const answers: unknown[] = [];
    const servant = new RemoteCalls<object>((message) => answers.push(message), {}, { asked: [], told: [] });
    servant.received({ call: 1, method: "fly", args: [] });
    await Promise.resolve();
    expect(answers).toEqual([{ reply: 1, error: expect.stringContaining("not a function") }]);
    odd.close("enough");
  });

  test("fails what is under way when the other side goes, and what comes later", async () => {
    const { ends: [here], cut } = pair();
    const waiting = [here.theirs.never(), here.theirs.never()];
    cut();
    here.close("it went home");
    for (const call of [...waiting, here.theirs.add(1, 1)]) {
      await expect(call).rejects.toThrow(OtherSideGone);
      await expect(call).rejects.toThrow("it went home");
    }
    expect(() => here.theirs.note("to nobody")).not.toThrow();
  });

  test("waits for the word that the other side is gone when a message can't be sent", async () => {
    const { ends: [here], cut } = pair();
    cut();
    const call = here.theirs.add(1, 1);
    let state = "waiting";
    call.catch(() => (state = "failed"));
    await Promise.resolve();
    expect(state).toBe("waiting");
    here.close("it went home");
    await expect(call).rejects.toThrow("it went home");
  });

  test("takes no harm from an answer that comes after the end", async () => {
    const { ends: [here] } = pair();
    const call = here.theirs.add(1, 1);
    here.close("it went home");
    await expect(call).rejects.toThrow(OtherSideGone);
    here.received({ reply: 1, result: 2 });
    here.received({ reply: 99, error: "late" });
  });
});
