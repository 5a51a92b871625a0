/** Which requests the slow log keeps, and how it divides their time; through sockets it is tests/e2e/slow_log_test.ts. */
import { beforeEach, describe, expect, test } from "bun:test";
import { lookupCommand } from "../../../src/protocol/redis/command_lookup.ts";
import { Families } from "../../../src/proxy/families.ts";
import { PoolCounters } from "../../../src/proxy/pool_counters.ts";
import { Request, SETTLED } from "../../../src/proxy/request.ts";
import { ServerCounters } from "../../../src/proxy/server_counters.ts";
import type { Session } from "../../../src/proxy/session.ts";
import { SlowLog } from "../../../src/proxy/slow_log.ts";
import { WriteMark } from "../../../src/proxy/write_marks.ts";
import { turn } from "../../../src/transport/turn.ts";

const GET = lookupCommand(Buffer.from("GET"), 0, 3)!.id + 1;
const SERVER = new ServerCounters("one", new Families([]));

let log: SlowLog;
let counters: PoolCounters;
let session: Session;

beforeEach(() => {
  let id = 0;
  log = new SlowLog(() => ++id);
  log.configure(100, 3);
  counters = new PoolCounters();
  const pool = { config: { name: "main", redis: true }, counters };
  session = { pool, stream: { peer: "1.2.3.4:5" } } as unknown as Session;
});

/** A request that was complete so long ago, and written so much later. */
function ask(
  agoMs: number,
  queueMs: number,
  taker: { take(): void; parent?: Request } | null = null,
): Request {
  const request = new Request(taker === null ? session : null, taker, GET, turn.now - agoMs);
  request.mark = new WriteMark(SERVER);
  request.mark.writtenMs = request.enteredMs + queueMs;
  request.key = Buffer.from("a key");
  request.keyStart = 2;
  request.keyEnd = 5;
  return request;
}

describe("SlowLog keeps", () => {
  test("a request whose reply is delivered at once", () => {
    const request = ask(150, 30);
    request.state = SETTLED;
    log.replied(request);
    expect(log.list()).toEqual([{
      id: 1,
      at: expect.any(Number),
      pool: "main",
      server: "one",
      client: "1.2.3.4:5",
      command: "get",
      key: "key",
      failure: "",
      totalMs: 150,
      queueMs: 30,
      serverMs: 120,
      deliveryMs: 0,
    }]);
    expect(Math.abs(log.list()[0]!.at - (Date.now() - 150))).toBeLessThan(10_000);
  });

  test("the time a reply waits for its turn", () => {
    const request = ask(150, 30);
    request.repliedMs = turn.now;
    log.replied(request);
    turn.now += 50;
    log.delivered(request);
    expect(log.list()[0]).toMatchObject({ totalMs: 200, queueMs: 30, serverMs: 120, deliveryMs: 50 });
    expect(counters.slowRequests).toBe(1);
  });

  test("a request that its server answered fast and that had to wait behind another", () => {
    const request = ask(150, 10);
    request.repliedMs = request.enteredMs + 20;
    log.delivered(request);
    expect(log.list()[0]).toMatchObject({ totalMs: 150, queueMs: 10, serverMs: 10, deliveryMs: 130 });
  });

  test("each slow fragment of a split request until the whole is delivered", () => {
    const parent = new Request(session, null, GET, turn.now - 200);
    for (const queueMs of [0, 40]) log.replied(ask(200, queueMs, { take() {}, parent }));
    turn.now += 10;
    log.delivered(parent);
    expect(log.list()).toMatchObject([
      { totalMs: 210, queueMs: 40, serverMs: 160, deliveryMs: 10 },
      { totalMs: 210, queueMs: 0, serverMs: 200, deliveryMs: 10 },
    ]);
  });

  test("a request that got no reply, with the reason; one that was never written waited in the queue", () => {
    const request = ask(500, 0);
    request.mark!.writtenMs = 0;
    request.state = SETTLED;
    log.replied(request, "Connection timed out");
    expect(log.list()[0]).toMatchObject({
      failure: "Connection timed out",
      totalMs: 500,
      queueMs: 500,
      serverMs: 0,
    });
  });

  test("the newest, as many as it is told", () => {
    for (let i = 0; i < 5; i++) log.replied(ask(200, 0));
    expect(log.list().map(({ id }) => id)).toEqual([5, 4, 3]);
    log.configure(100, 2);
    expect(log.list().map(({ id }) => id)).toEqual([5, 4]);
  });

  test("the first few of many that one server held up together, and counts all", () => {
    log.configure(100, 100);
    for (let i = 0; i < 20; i++) log.replied(ask(200, 0));
    turn.now += 1;
    log.replied(ask(200, 0));
    expect([log.list().length, counters.slowRequests]).toEqual([9, 21]);
  });

  test("nothing of the proxy's own, and nothing twice", () => {
    log.replied(ask(200, 0, { take() {} }));
    const request = ask(150, 0);
    request.repliedMs = turn.now;
    log.replied(request);
    log.delivered(request);
    expect(log.list().length).toBe(1);
  });

  test("nothing that waits when what is slow is made longer, for nobody tells when it is delivered", () => {
    const parent = new Request(session, null, GET, turn.now - 200);
    log.replied(ask(200, 0, { take() {}, parent }));
    log.configure(300, 3);
    turn.now += 10;
    log.delivered(parent);
    expect(log.list()).toMatchObject([{ totalMs: 200, deliveryMs: 0 }]);
  });

  test("nothing of a pool that is told to forget", () => {
    log.replied(ask(200, 0));
    log.reset("another");
    expect(log.list().length).toBe(1);
    log.reset("main");
    expect(log.list()).toEqual([]);
  });
});

test("SlowLog is off with a threshold of 0", () => {
  log.configure(0, 10);
  expect(log.thresholdMs).toBe(Infinity);
});
