/** What a reply queue writes when and what it counts; its order is tests/property/reply_order_test.ts. */
import { beforeEach, describe, expect, test } from "bun:test";
import { HeldBytes } from "../../../src/protocol/held_bytes.ts";
import { HeldReply } from "../../../src/proxy/held_reply.ts";
import { ReplyQueue, STREAM_ABOVE } from "../../../src/proxy/reply_queue.ts";
import { DONE, PARTIAL, Request, SETTLED, STREAMING } from "../../../src/proxy/request.ts";
import { Shared } from "../../../src/proxy/shared.ts";
import { Outbox } from "../../../src/transport/outbox.ts";
import { drain } from "./redis/fragments.ts";

const KB = 1024;

let shared: Shared;
let outbox: Outbox;
let queue: ReplyQueue;
let answered: number[];

beforeEach(() => {
  shared = new Shared(Infinity, 1, () => {});
  outbox = new Outbox(shared.budget);
  answered = [];
  queue = new ReplyQueue(outbox, shared, {
    answered: (_, size) => answered.push(size),
    wrote() {},
    held() {},
  });
});

function ask(): Request {
  const request = new Request(null, { take() {} }, 0, 0);
  queue.push(request);
  return request;
}

function deliver(request: Request, size: number): void {
  queue.deliver(request, Buffer.alloc(size + 20), 10, size + 10);
}

/** So many bytes of a longer reply arrive, as a lane hands them on. */
function receive(request: Request, size: number): void {
  if (request.state === STREAMING) {
    queue.streamMore(request, Buffer.alloc(size), 0, size);
    return;
  }
  request.state = PARTIAL;
  request.held ??= new HeldBytes();
  request.held.add(Buffer.alloc(size), 0, size);
  queue.offerStream(request);
}

describe("ReplyQueue writes", () => {
  test("the front's reply at once, and an early one as soon as it is the front", () => {
    const [first, second, third] = [ask(), ask(), ask()];
    deliver(second, 10);
    expect([outbox.bytes, queue.heldBytes, queue.pending, second.state]).toEqual([0, 10, 3, DONE]);
    deliver(first, 5);
    expect([outbox.bytes, queue.heldBytes, queue.pending, second.state]).toEqual([15, 0, 1, SETTLED]);
    deliver(third, 1);
    expect([outbox.bytes, queue.pending, answered]).toEqual([16, 0, [10, 5, 1]]);
  });

  test("a long reply at the front as it arrives", () => {
    const request = ask();
    receive(request, 20 * KB);
    receive(request, 30 * KB);
    expect([request.state, outbox.bytes, queue.heldBytes, queue.pending]).toEqual([STREAMING, 50 * KB, 0, 1]);
    queue.streamLast(request, Buffer.alloc(3), 1, 3);
    expect([request.state, outbox.bytes, queue.pending, answered])
      .toEqual([SETTLED, 50 * KB + 2, 0, [50 * KB + 2]]);
  });

  test("what is here of a long reply when it becomes the front, and the rest as it arrives", () => {
    const [first, second] = [ask(), ask()];
    receive(second, 20 * KB);
    receive(second, 20 * KB);
    expect([second.state, outbox.bytes, queue.heldBytes]).toEqual([PARTIAL, 0, 40 * KB]);
    deliver(first, 1);
    expect([second.state, outbox.bytes, queue.heldBytes]).toEqual([STREAMING, 40 * KB + 1, 0]);
    queue.streamLast(second, Buffer.alloc(KB), 0, KB);
    expect([outbox.bytes, queue.pending, answered]).toEqual([41 * KB + 1, 0, [1, 41 * KB]]);
  });

  test("a reply of several parts once, when it is complete and the front", () => {
    const [first, second] = [ask(), ask()];
    receive(second, 20 * KB);
    const { held } = second;
    held!.add(Buffer.alloc(10), 0, 10);
    queue.deliverBody(second, new HeldReply(held!));
    expect([outbox.bytes, queue.heldBytes]).toEqual([0, 20 * KB + 10]);
    deliver(first, 1);
    expect([outbox.bytes, queue.heldBytes, queue.pending]).toEqual([20 * KB + 11, 0, 0]);
  });
});

describe("ReplyQueue counts against the worker's budget", () => {
  test("what waits for its turn, the answered fragments of a split request too", () => {
    const [first, parent] = [ask(), ask()];
    const fragments = [5, 7].map((size) => {
      const fragment = new Request(null, { take() {} }, 0, 0);
      fragment.bytes = Buffer.alloc(100);
      fragment.end = size;
      fragment.state = DONE;
      return fragment;
    });
    for (const fragment of fragments) queue.holdFragment(parent, fragment);
    expect([queue.heldBytes, shared.budget.used]).toEqual([12, 12]);
    queue.dropPart(parent);
    expect([queue.heldBytes, shared.budget.used]).toEqual([0, 0]);
    deliver(parent, 20);
    expect([queue.heldBytes, shared.budget.used]).toEqual([20, 20]);
    deliver(first, 1);
    expect([queue.heldBytes, shared.budget.used]).toEqual([0, 0]);
  });

  test("nothing more of a long reply that failed on its way", () => {
    const [, second] = [ask(), ask()];
    receive(second, 20 * KB);
    queue.dropPart(second);
    deliver(second, 30);
    expect([queue.heldBytes, shared.budget.used, second.held]).toEqual([30, 30, null]);
  });

  test("nothing once it is closed, whatever still arrives", () => {
    const [first, second, third, fourth] = [ask(), ask(), ask(), ask()];
    receive(first, 20 * KB);
    deliver(second, 10);
    receive(third, 20 * KB);
    const written = outbox.bytes;
    queue.close();
    expect([queue.heldBytes, shared.budget.used, queue.pending]).toEqual([0, 0, 0]);
    expect([first, second, third].map(({ state }) => state)).toEqual([SETTLED, SETTLED, SETTLED]);
    deliver(first, 10);
    queue.deliverBody(fourth, { heldBytes: 5, writeTo: () => expect.unreachable() });
    queue.dropPart(third);
    expect([queue.heldBytes, shared.budget.used, outbox.bytes]).toEqual([0, 0, written]);
  });
});

test("ReplyQueue tells its owner each time that it holds more and that it wrote", () => {
  const events: string[] = [];
  queue = new ReplyQueue(outbox, shared, {
    answered: () => events.push("answered"),
    wrote: () => events.push("wrote"),
    held: () => events.push("held"),
  });
  const [first, second] = [ask(), ask()];
  deliver(second, 1);
  deliver(first, 1);
  expect(events).toEqual(["answered", "held", "answered", "wrote"]);
});

describe("ReplyQueue.interject", () => {
  const said = Buffer.from("[message]");

  function text(request: Request, reply: string): void {
    queue.deliver(request, Buffer.from(reply), 0, reply.length);
  }

  test("writes at once, whoever waits for a reply", () => {
    const [first, second] = [ask(), ask()];
    queue.interject(said, 0, said.length);
    text(second, "two");
    queue.interject(said, 1, said.length - 1);
    text(first, "one");
    expect(drain(outbox)).toBe("[message]messageonetwo");
    expect([queue.heldBytes, queue.pending]).toEqual([0, 0]);
  });

  test("waits for the end of a reply that is being passed on, and no longer", () => {
    const [first, second] = [ask(), ask()];
    receive(first, STREAM_ABOVE + 1);
    text(second, "two");
    drain(outbox);
    for (let i = 0; i < 3; i++) queue.interject(said, 0, said.length);
    expect([drain(outbox), queue.heldBytes]).toEqual(["", 3 * said.length + 3]);
    receive(first, 1);
    expect(drain(outbox)).toBe("\0");
    queue.streamLast(first, Buffer.from("end"), 0, 3);
    expect(drain(outbox)).toBe("end[message][message][message]two");
    expect([queue.heldBytes, shared.budget.used]).toEqual([0, 0]);
  });

  test("counts what waits until the client is gone", () => {
    const first = ask();
    receive(first, STREAM_ABOVE + 1);
    queue.interject(said, 0, said.length);
    queue.close();
    queue.interject(said, 0, said.length);
    outbox.clear();
    expect([queue.heldBytes, shared.budget.used]).toEqual([0, 0]);
  });
});
