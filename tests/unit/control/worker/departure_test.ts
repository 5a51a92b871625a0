import { describe, expect, test } from "bun:test";
import { Departure } from "../../../../src/control/worker/departure.ts";
import type { Session } from "../../../../src/proxy/mod.ts";

const TICK_MS = 50;

/** A client that leaves when it is asked to and quiet. */
class FakeSession {
  asked = 0;
  finished = false;
  closedFor = "";

  readonly client: { lastCommand: number; sinceMs: number; redis: { isSubscriber: boolean } | null };

  constructor(
    readonly all: Set<FakeSession>,
    readonly lastActiveMs = 0,
    lastCommand = 1,
    public isQuiet = true,
  ) {
    this.client = { lastCommand, sinceMs: 0, redis: null };
    all.add(this);
  }

  leave(): void {
    this.asked++;
    if (this.isQuiet) this.all.delete(this);
  }

  finishAfterReplies(): void {
    this.finished = true;
    if (this.isQuiet) this.all.delete(this);
  }

  close(reason: string): void {
    this.closedFor = reason;
    this.all.delete(this);
  }
}

function departure(all: Set<FakeSession>, graceMs: number, now = 0): Departure {
  return new Departure(all as unknown as Set<Session>, graceMs, now);
}

describe("Departure", () => {
  test("is over at once when nobody is there", () => {
    expect(departure(new Set(), 1000).tick(0)).toBe(true);
  });

  test("sees a few off at once", () => {
    const all = new Set<FakeSession>();
    for (let i = 0; i < 16; i++) new FakeSession(all);
    expect(departure(all, 10_000).tick(0)).toBe(true);
  });

  test("spreads many evenly over the time there is, the least active first", () => {
    const all = new Set<FakeSession>();
    const sessions = Array.from({ length: 10_000 }, (_, i) => new FakeSession(all, (i * 7919) % 10_000));
    const leaving = departure(all, 10_000);
    for (let now = 0; now < 10_000; now += TICK_MS) {
      leaving.tick(now);
      const gone = sessions.length - all.size;
      expect(gone).toBeGreaterThanOrEqual(now);
      expect(gone).toBeLessThanOrEqual(now + TICK_MS + 16);
      const still = Math.min(...[...all].map(({ lastActiveMs }) => lastActiveMs));
      if (all.size > 0) expect(still).toBe(gone);
    }
    expect(leaving.tick(10_000)).toBe(true);
  });

  test("has those that listen leave last", () => {
    const all = new Set<FakeSession>();
    const listeners = Array.from({ length: 20 }, (_, i) => new FakeSession(all, i));
    for (const { client } of listeners) client.redis = { isSubscriber: true };
    const others = Array.from({ length: 20 }, (_, i) => new FakeSession(all, 1000 + i));
    const leaving = departure(all, 10_000);
    leaving.tick(0);
    expect(others.filter((each) => all.has(each)).length).toBe(4);
    leaving.tick(50);
    expect(listeners.filter((each) => all.has(each)).length).toBe(8);
  });

  test("asks again who wasn't quiet, and cuts nobody off before the end", () => {
    const all = new Set<FakeSession>();
    const busy = new FakeSession(all);
    busy.isQuiet = false;
    const leaving = departure(all, 1000);
    for (let now = 0; now < 500; now += TICK_MS) expect(leaving.tick(now)).toBe(false);
    expect(busy).toMatchObject({ asked: 10, finished: false });
    busy.isQuiet = true;
    expect(leaving.tick(500)).toBe(true);
    expect(busy.closedFor).toBe("");
  });

  test("gives those who have just come time to ask", () => {
    const all = new Set<FakeSession>();
    const [silent, asking] = [new FakeSession(all, 0, -1), new FakeSession(all, 0, -1)];
    const leaving = departure(all, 10_000, 100);
    leaving.tick(150);
    expect([silent.asked, asking.asked]).toEqual([0, 0]);
    asking.client.lastCommand = 3;
    leaving.tick(200);
    expect([silent.asked, asking.asked]).toEqual([0, 1]);
    leaving.tick(999);
    expect(silent.asked).toBe(0);
    expect(leaving.tick(1000)).toBe(true);
  });

  test("lets the last ones have what they asked for, and closes those that don't take it", () => {
    const all = new Set<FakeSession>();
    const slow = new FakeSession(all);
    slow.isQuiet = false;
    const leaving = departure(all, 1000);
    leaving.tick(950);
    expect(slow.finished).toBe(false);
    leaving.tick(1000);
    expect(slow.finished).toBe(true);
    expect(leaving.tick(2950)).toBe(false);
    expect(leaving.tick(3000)).toBe(true);
    expect(slow.closedFor).toBe("the proxy ends, and the client hasn't read its replies");
  });

  test("asks all for the last time at once when there is no time", () => {
    const all = new Set<FakeSession>();
    for (let i = 0; i < 100; i++) new FakeSession(all, 0, -1);
    expect(departure(all, 0).tick(0)).toBe(true);
  });
});
