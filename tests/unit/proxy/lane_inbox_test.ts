/** What makes a lane distrust its stream, and who gets a reply; order and pieces are tests/property/reply_order_test.ts. */
import { beforeEach, describe, expect, test } from "bun:test";
import { ReplyScanner } from "../../../src/protocol/redis/reply_scanner.ts";
import { Failure } from "../../../src/proxy/failure.ts";
import { Families } from "../../../src/proxy/families.ts";
import { InFlight } from "../../../src/proxy/in_flight.ts";
import { LaneInbox } from "../../../src/proxy/lane_inbox.ts";
import { Pool } from "../../../src/proxy/pool.ts";
import { PoolCounters } from "../../../src/proxy/pool_counters.ts";
import { FragmentReply } from "../../../src/proxy/redis/fragment_reply.ts";
import { Request } from "../../../src/proxy/request.ts";
import { ServerCounters } from "../../../src/proxy/server_counters.ts";
import { Shared } from "../../../src/proxy/shared.ts";
import { bulk, simple } from "../../support/resp_encoder.ts";

let fifo: InFlight;
let inbox: LaneInbox;
let counters: ServerCounters;
/** The replies that were taken, in their order. */
let taken: string[];

beforeEach(() => {
  const { settle, fail } = Pool.prototype;
  const protocol = { errorReply: (text: string) => Buffer.from(`-${text}\r\n`) };
  const shared = new Shared(Infinity, 1, () => {});
  const pool = { settle, fail, protocol, shared, counters: new PoolCounters() } as unknown as Pool;
  counters = new ServerCounters("server", new Families(["string"]));
  fifo = new InFlight(pool, counters);
  inbox = new LaneInbox(pool, fifo, new ReplyScanner(), counters);
  taken = [];
});

/** The part of a split request, whose size its parent counts. */
function ask(enteredMs = 0): void {
  const take = (request: Request) =>
    void taken.push(Buffer.from(new FragmentReply(request).copy()).toString());
  fifo.push(new Request(null, { take, keep() {} }, 0, enteredMs));
}

function read(...chunks: readonly Uint8Array[]): string[] {
  return chunks.map((chunk) => inbox.read(Buffer.from(chunk), 0));
}

describe("LaneInbox distrusts", () => {
  test("a reply that nobody asked for", () => {
    ask();
    expect(read(Buffer.concat([simple("OK"), simple("what?")]))).toEqual([
      expect.stringContaining("more replies"),
    ]);
    expect(taken).toEqual(["+OK\r\n"]);
  });

  test("what is no reply, and keeps what came before it", () => {
    for (let i = 0; i < 3; i++) ask();
    expect(read(Buffer.concat([simple("OK"), Buffer.from("HTTP/1.1 400\r\n")])))
      .toEqual([expect.stringContaining("no valid reply")]);
    expect([taken, fifo.length, inbox.replies]).toEqual([["+OK\r\n"], 2, 1]);
  });
});

test("LaneInbox distrusts an endless reply to a question of the proxy, which no client's limit counts", () => {
  const take = (request: Request) => void taken.push(String(request.bytes));
  fifo.push(new Request(null, { take }, 0, 0));
  const faults = read(
    Buffer.from("$999999999\r\n"),
    ...Array.from({ length: 20 }, () => Buffer.alloc(16_000)),
  );
  expect(faults.slice(0, 4)).toEqual(["", "", "", ""]);
  expect(faults[5]).toContain("has no end");
  expect(taken).toEqual([]);
});

describe("LaneInbox gives a reply", () => {
  test("to whoever takes it, from one chunk or from several", () => {
    const long = bulk("v".repeat(50_000));
    for (let i = 0; i < 3; i++) ask();
    const bytes = Buffer.concat([simple("one"), long, simple("three")]);
    expect(read(bytes.subarray(0, 30), bytes.subarray(30, 40_000), bytes.subarray(40_000))).toEqual([
      "",
      "",
      "",
    ]);
    expect(taken).toEqual([simple("one"), long, simple("three")].map(String));
  });

  test("to nobody when its request has expired, in the middle of it too", () => {
    for (const enteredMs of [0, 0, 50]) ask(enteredMs);
    read(Buffer.from("$10\r\n012"));
    expect(fifo.expire(100, 100, 0, new Failure("timeout", "late"))).toBe(2);
    expect(read(Buffer.concat([Buffer.from("3456789\r\n"), simple("second"), simple("third")]))).toEqual([
      "",
    ]);
    expect([taken, fifo.abandoned, inbox.replies]).toEqual([["-late\r\n", "-late\r\n", "+third\r\n"], 0, 3]);
  });
});

test("LaneInbox drops as many replies as a request swallows, however they are cut, and counts them as replies", () => {
  ask();
  fifo.front!.swallow = 2;
  ask();
  const bytes = Buffer.concat([simple("OK"), bulk("x".repeat(100)), simple("mine"), simple("next")]);
  read(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
  expect([taken, fifo.length, inbox.replies]).toEqual([["+mine\r\n", "+next\r\n"], 0, 4]);
});
