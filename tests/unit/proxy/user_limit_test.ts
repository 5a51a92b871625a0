/** The limits of users on a clock of the tests' own. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Session } from "../../../src/proxy/session.ts";
import { Throttle } from "../../../src/proxy/throttle.ts";
import { TokenBucket } from "../../../src/proxy/token_bucket.ts";
import { Allowance, UserLimit } from "../../../src/proxy/user_limit.ts";
import { turn } from "../../../src/transport/turn.ts";

const { now } = turn;

beforeEach(() => void (turn.now = 1000));
afterEach(() => void (turn.now = now));

/** A client that always has another request, each of so many bytes, until it is not read from. */
class Client {
  served = 0;
  throttled = 0;
  isHeld = false;
  readonly #counters = { throttled: 0 };
  readonly outbox = { position: 0 };
  readonly session = {
    client: { allowance: null as Allowance | null },
    pool: { counters: this.#counters },
    stream: { outbox: this.outbox },
    hold: () => void (this.isHeld = true),
    wake: () => void (this.isHeld = false),
  } as unknown as Session;
  readonly allowance: Allowance;

  constructor(limit: UserLimit) {
    this.allowance = new Allowance(this.session, limit);
  }

  get waits(): number {
    return this.#counters.throttled;
  }

  /** Asks so often, as long as it is read from. */
  ask(times = 100_000, bytes = 10, replyBytes = 0): void {
    for (let i = 0; i < times && !this.isHeld; i++) {
      if (!this.allowance.admits(bytes)) return;
      this.served++;
      this.outbox.position += replyBytes;
    }
  }
}

/** Lets time pass in ticks of 50 ms, after each of which all clients ask on. */
function run(limit: UserLimit, clients: readonly Client[], ms: number, bytes = 10, replyBytes = 0): void {
  for (let passed = 0; passed < ms; passed += 50) {
    turn.now += 50;
    limit.tick();
    for (const client of clients) client.ask(100_000, bytes, replyBytes);
  }
}

describe("a token bucket", () => {
  test("holds what a second brings, and no more", () => {
    const bucket = new TokenBucket(100, 1000);
    expect(bucket.left).toBe(100);
    bucket.left -= 150;
    bucket.fill(1500);
    expect(bucket.left).toBe(0);
    bucket.fill(9000);
    expect(bucket.left).toBe(100);
  });

  test("holds one, however slowly it fills, and is never empty when it has no rate", () => {
    expect(new TokenBucket(0.25, 0).left).toBe(1);
    const endless = new TokenBucket(Infinity, 0);
    endless.left -= 1e12;
    endless.fill(5);
    expect(endless.left).toBe(Infinity);
  });
});

describe("the limit of a user", () => {
  test("gives its clients a second's worth at once, then its rate", () => {
    const limit = new UserLimit(200, Infinity);
    const client = new Client(limit);
    client.ask();
    expect(client.served).toBe(200);
    expect(client.isHeld).toBeTrue();
    run(limit, [client], 10_000);
    expect(client.served).toBeWithin(200 + 1980, 200 + 2021);
    expect(client.waits).toBeWithin(190, 202);
  });

  test("is shared by many clients that ask without a pause, each getting the same", () => {
    const limit = new UserLimit(1000, Infinity);
    const clients = Array.from({ length: 20 }, () => new Client(limit));
    for (const client of clients) client.ask();
    run(limit, clients, 20_000);
    const served = clients.map((client) => client.served);
    expect(served.reduce((sum, each) => sum + each)).toBeWithin(20_500, 21_200);
    // The first one had the second's worth that there was in the beginning.
    const [, ...others] = served;
    expect(Math.max(...others) - Math.min(...others)).toBeLessThanOrEqual(60);
  });

  test("lets every one of more clients than requests come to its turn", () => {
    const limit = new UserLimit(20, Infinity);
    const clients = Array.from({ length: 100 }, () => new Client(limit));
    for (const client of clients) client.ask();
    run(limit, clients, 30_000);
    const [, ...others] = clients.map((client) => client.served);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...others)).toBeLessThanOrEqual(8);
  });

  test("does not let who has just come get ahead of those that wait, and puts its request back", () => {
    const limit = new UserLimit(10, Infinity);
    const first = new Client(limit);
    first.ask();
    const late = new Client(limit);
    late.ask();
    expect([late.served, late.isHeld]).toEqual([0, true]);
    // Woken for another reason, it still waits.
    late.isHeld = false;
    late.ask();
    expect(late.served).toBe(0);
    expect(late.waits).toBe(1);
    late.isHeld = true;
    run(limit, [first, late], 200);
    expect([first.served, late.served]).toEqual([11, 1]);
  });

  test("counts bytes of requests and of replies, and has a large one waited for", () => {
    const limit = new UserLimit(Infinity, 1000);
    const client = new Client(limit);
    client.ask(1, 5500);
    expect([client.served, client.isHeld]).toEqual([1, true]);
    run(limit, [client], 4450, 0);
    expect(client.served).toBe(1);
    const reader = new Client(new UserLimit(Infinity, 1000));
    reader.ask(100_000, 10, 490);
    expect(reader.served).toBeWithin(3, 4);
    run(reader.allowance.limit, [reader], 10_000, 10, 490);
    expect(reader.served).toBeWithin(20, 25);
  });

  test("shares bytes among clients too", () => {
    const limit = new UserLimit(Infinity, 100_000);
    const clients = Array.from({ length: 10 }, () => new Client(limit));
    for (const client of clients) client.ask(100_000, 100);
    run(limit, clients, 20_000, 100);
    const [, ...others] = clients.map((client) => client.served);
    expect(Math.min(...others)).toBeGreaterThan(1800);
    expect(Math.max(...others)).toBeLessThan(2200);
  });

  test("forgets a client that has gone, and wakes one that is somebody else now", () => {
    const limit = new UserLimit(1, Infinity);
    const client = new Client(limit);
    client.ask();
    expect([limit.waiting, client.allowance.isWaiting]).toEqual([1, true]);
    client.allowance.forget();
    expect([limit.waiting, client.isHeld]).toEqual([0, false]);
  });
});

describe("the limits of a pool", () => {
  const RATES = {
    requestsPerSecond: [{ user: "app", perSecond: 100 }, { user: "*", perSecond: 40 }],
    bytesPerSecond: [{ user: "app", perSecond: 1000 }],
  };

  function burst(throttle: Throttle, user: string): number {
    const client = new Client(throttle.allowanceOf(new Client(new UserLimit(1, 1)).session, user)!.limit);
    client.ask(100_000, 0);
    return client.served;
  }

  test("are each user's, the one of * being each other user's own, and every worker's part", () => {
    const throttle = new Throttle();
    throttle.configure(RATES, 2);
    expect(["app", "other", "third"].map((user) => burst(throttle, user))).toEqual([50, 20, 20]);
    expect(throttle.waiting).toBe(3);
  });

  test("are none for users that have none", () => {
    const throttle = new Throttle();
    throttle.configure({ ...RATES, requestsPerSecond: [] }, 1);
    const { session } = new Client(new UserLimit(1, 1));
    expect(throttle.allowanceOf(session, "other")).toBeNull();
    expect(throttle.allowanceOf(session, "app")).not.toBeNull();
  });

  test("stay what they are when another configuration has the same, and else all that wait are woken", () => {
    const throttle = new Throttle();
    throttle.configure(RATES, 1);
    const client = new Client(new UserLimit(1, 1));
    const { session } = client;
    const allowance = throttle.allowanceOf(session, "app")!;
    session.client.allowance = allowance;
    while (allowance.admits(0));
    throttle.configure(structuredClone(RATES), 1);
    expect(throttle.allowanceOf(session, "app")).toBe(allowance);
    expect(allowance.isWaiting).toBeTrue();
    throttle.configure({ requestsPerSecond: [], bytesPerSecond: [] }, 1);
    expect([allowance.isWaiting, client.isHeld]).toEqual([false, false]);
    expect(throttle.allowanceOf(session, "app")).toBeNull();
  });
});
