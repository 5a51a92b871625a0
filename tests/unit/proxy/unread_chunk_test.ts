import { describe, expect, test } from "bun:test";
import { UnreadChunk } from "../../../src/proxy/unread_chunk.ts";

/** An account that only adds up. */
class Sum {
  total = 0;
  change(delta: number): void {
    this.total += delta;
  }
}

describe("UnreadChunk", () => {
  const chunk = Buffer.from("0123456789abcdef");

  test("keeps a large rest where it is and counts the whole chunk", () => {
    const account = new Sum();
    const rest = new UnreadChunk(account);
    rest.keep(chunk, 4);
    expect([rest.chunk === chunk, rest.at, rest.size, account.total]).toEqual([true, 4, 16, 16]);
  });

  test("copies a rest that is small beside its chunk", () => {
    const account = new Sum();
    const rest = new UnreadChunk(account);
    rest.keep(chunk, 15);
    expect([rest.chunk?.toString(), rest.at, account.total]).toEqual(["f", 0, 1]);
  });

  test("keeps nothing when everything was looked at", () => {
    const rest = new UnreadChunk(new Sum());
    rest.keep(chunk, chunk.length);
    expect([rest.chunk, rest.size]).toEqual([null, 0]);
  });

  test("puts what comes later behind it, and gives all back when it is cleared", () => {
    const account = new Sum();
    const rest = new UnreadChunk(account);
    rest.keep(chunk, 10);
    rest.add(Buffer.from("gh"));
    expect([rest.chunk?.toString(), rest.at, account.total]).toEqual(["abcdefgh", 0, 8]);
    rest.clear();
    expect([rest.chunk, account.total]).toEqual([null, 0]);
  });

  test("keeps a request that was put back in front of the rest, even if there is none", () => {
    const account = new Sum();
    const rest = new UnreadChunk(account);
    rest.putBack(Buffer.from("again "));
    rest.keep(chunk, 14);
    expect([rest.chunk?.toString(), rest.at, account.total]).toEqual(["again ef", 0, 8]);
    rest.clear();
    rest.putBack(Buffer.from("again"));
    rest.keep(chunk, chunk.length);
    expect([rest.chunk?.toString(), account.total]).toEqual(["again", 5]);
  });
});
