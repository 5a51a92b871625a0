import { describe, expect, test } from "bun:test";
import { EarlyReplies } from "../../../src/proxy/early_replies.ts";
import { DONE, Request, SETTLED } from "../../../src/proxy/request.ts";

const KB = 1024;

/** An early reply of `size` bytes in the middle of a chunk. */
function earlyReply(size: number, chunkBytes: number): Request {
  const request = new Request(null, { take() {} }, 0, 0);
  request.bytes = Buffer.alloc(chunkBytes, "other");
  request.start = Math.floor((chunkBytes - size) / 2);
  request.end = request.start + size;
  Buffer.from(request.bytes.buffer).fill("r", request.start, request.end);
  request.state = DONE;
  return request;
}

/** Lets the turn end so many times. */
function endTurns(early: EarlyReplies, times: number): void {
  for (let i = 0; i < times; i++) early.endTurn();
}

function textOf({ bytes, start, end }: Request): string {
  return Buffer.from(bytes!).toString("latin1", start, end);
}

describe("EarlyReplies", () => {
  test("copies a small reply out of its chunk when it has waited for more than a turn", () => {
    const early = new EarlyReplies();
    const request = earlyReply(100, 64 * KB);
    const chunk = request.bytes;
    early.add(request);
    endTurns(early, 1);
    expect(request.bytes).toBe(chunk);
    endTurns(early, 1);
    expect([request.bytes!.length, request.bytes!.buffer.byteLength, textOf(request)])
      .toEqual([100, 100, "r".repeat(100)]);
  });

  test.each([
    ["is large beside its chunk", (request: Request) => request.end = request.start + 10 * KB],
    ["has been written", (request: Request) => request.state = SETTLED],
    ["has been let go of", (request: Request) => request.bytes = null],
  ])("leaves a reply as it is when it %s", (_, change) => {
    const early = new EarlyReplies();
    const request = earlyReply(100, 64 * KB);
    change(request);
    const { bytes, start, end } = request;
    early.add(request);
    endTurns(early, 3);
    expect(request.bytes).toBe(bytes);
    expect([request.start, request.end]).toEqual([start, end]);
  });

  test("forgets what it has looked at", () => {
    const early = new EarlyReplies();
    const request = earlyReply(100, 64 * KB);
    early.add(request);
    endTurns(early, 2);
    const copy = request.bytes;
    endTurns(early, 3);
    expect(request.bytes).toBe(copy);
  });

  test("looks at each turn's replies when turns follow each other", () => {
    const early = new EarlyReplies();
    const requests = Array.from({ length: 5 }, () => earlyReply(10, KB));
    for (const request of requests) {
      early.add(request);
      early.endTurn();
    }
    expect(requests.map(({ bytes }) => bytes!.length)).toEqual([10, 10, 10, 10, KB]);
  });
});
