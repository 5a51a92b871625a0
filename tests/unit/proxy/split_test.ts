import { expect, test } from "bun:test";
import { EarlyReplies } from "../../../src/proxy/early_replies.ts";
import { DONE, Request, SETTLED } from "../../../src/proxy/request.ts";
import type { Session } from "../../../src/proxy/session.ts";
import { Split } from "../../../src/proxy/split.ts";
import { turn } from "../../../src/transport/turn.ts";

test("what waited for the last fragment is delivered with it, as the slow log sees it", () => {
  const delivered: Request[] = [];
  const slowLog = { thresholdMs: 100, delivered: (request: Request) => delivered.push(request) };
  const replies = {
    dropPart() {},
    holdFragment() {},
    deliver: (request: Request) => void (request.state = SETTLED),
  };
  const ask = (agoMs: number) => {
    const session = { replies, pool: { shared: { slowLog } } } as unknown as Session;
    const parent = new Request(session, null, 0, turn.now - agoMs);
    const split = new Split(parent, { merge: () => Buffer.from("+OK\r\n") });
    const fragments = [0, 1].map(() => new Request(null, split, 0, parent.enteredMs));
    for (const fragment of fragments) split.add(fragment);
    split.seal();
    for (const fragment of fragments) split.take(fragment);
    return parent;
  };
  ask(50);
  expect(delivered).toEqual([]);
  const slow = ask(150);
  expect(delivered).toHaveLength(1);
  expect(delivered[0]).toBe(slow);
});

test("the bytes of merged fragments stay where they are while the merged reply waits for its turn", () => {
  const early = new EarlyReplies();
  const replies = {
    dropPart() {},
    deliverBody() {},
    holdFragment: (_: Request, each: Request) => early.add(each),
  };
  const parent = new Request({ replies } as unknown as Session, null, 0, 0);
  const split = new Split(parent, { merge: () => ({ heldBytes: 0, writeTo() {} }) });
  const fragments = [0, 1].map(() => {
    const fragment = new Request(null, split, 0, 0);
    split.add(fragment);
    return fragment;
  });
  split.seal();
  const chunk = Buffer.alloc(64 * 1024);
  for (const fragment of fragments) {
    Object.assign(fragment, { bytes: chunk, start: 10, end: 20, state: DONE });
    split.take(fragment);
  }
  for (let turns = 0; turns < 3; turns++) early.endTurn();
  expect(fragments.map(({ bytes, start }) => [bytes === chunk, start])).toEqual([[true, 10], [true, 10]]);
});
