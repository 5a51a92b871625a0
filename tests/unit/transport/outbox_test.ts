/** What an outbox copies, refers to and writes together; that it loses nothing is tests/property/outbox_test.ts. */
import { describe, expect, test } from "bun:test";
import { LARGE_BUFFER, SMALL_BUFFER } from "../../../src/transport/buffer_pool.ts";
import { Budget } from "../../../src/transport/budget.ts";
import { Outbox } from "../../../src/transport/outbox.ts";

const KB = 1024;
const BULK = "$".charCodeAt(0);

/** Notes every write; takes `takes(length)` bytes of each. */
function newSink(takes = (length: number) => length) {
  const writes: { bytes: Uint8Array; start: number; length: number; text: string }[] = [];
  return {
    writes,
    write(bytes: Uint8Array, start: number, length: number): number {
      writes.push({
        bytes,
        start,
        length,
        text: Buffer.from(bytes).toString("latin1", start, start + length),
      });
      return takes(length);
    },
  };
}

function newOutbox(): { outbox: Outbox; budget: Budget } {
  const budget = new Budget(Infinity, () => {});
  return { outbox: new Outbox(budget), budget };
}

function append(outbox: Outbox, text: string): void {
  outbox.append(Buffer.from(text), 0, text.length);
}

describe("Outbox writes", () => {
  test("many small pieces in one call", () => {
    const { outbox } = newOutbox();
    for (let i = 0; i < 100; i++) append(outbox, `piece ${i};`);
    const sink = newSink();
    expect(outbox.writeTo(sink)).toBe("empty");
    expect(sink.writes.map(({ text }) => text)).toEqual([
      Array.from({ length: 100 }, (_, i) => `piece ${i};`).join(""),
    ]);
  });

  test("a busy turn in calls of up to 64 KB", () => {
    const { outbox } = newOutbox();
    for (let i = 0; i < 200; i++) append(outbox, "x".repeat(KB));
    const sink = newSink();
    outbox.writeTo(sink);
    expect(sink.writes.length).toBeLessThanOrEqual(5);
    expect(Math.max(...sink.writes.map(({ length }) => length))).toBeLessThanOrEqual(LARGE_BUFFER);
  });

  test("a large piece from where it is, between what was added before and behind", () => {
    const { outbox } = newOutbox();
    const large = Buffer.alloc(100 * KB, "l");
    append(outbox, "before");
    outbox.append(large, 10, 90 * KB);
    append(outbox, "behind");
    const sink = newSink();
    outbox.writeTo(sink);
    expect(sink.writes.map(({ length }) => length)).toEqual([6, 90 * KB - 10, 6]);
    expect(sink.writes[1]).toMatchObject({ start: 10 });
    expect(sink.writes[1]!.bytes).toBe(large);
  });

  test("a small piece as it was when it was added", () => {
    const { outbox } = newOutbox();
    for (const size of [10, 1000, 24 * KB]) {
      const bytes = Buffer.alloc(size, "a");
      outbox.append(bytes, 0, size);
      bytes.fill("b");
    }
    const sink = newSink();
    outbox.writeTo(sink);
    expect(sink.writes.map(({ text }) => text).join("")).toBe("a".repeat(10 + 1000 + 24 * KB));
  });

  test("no further than to the first byte that is not taken", () => {
    const { outbox } = newOutbox();
    for (let i = 0; i < 4; i++) outbox.append(Buffer.alloc(30 * KB), 0, 30 * KB);
    const sink = newSink((length) => length - 1);
    expect(outbox.writeTo(sink)).toBe("blocked");
    expect([sink.writes.length, outbox.bytes, outbox.written]).toEqual([1, 90 * KB + 1, 30 * KB - 1]);
  });

  test.each([[0], [9], [10], [99], [100], [123456789], [Number.MAX_SAFE_INTEGER]])(
    "the header of %d",
    (value) => {
      const { outbox } = newOutbox();
      outbox.appendHeader(BULK, value);
      const sink = newSink();
      outbox.writeTo(sink);
      expect(sink.writes[0]!.text).toBe(`$${value}\r\n`);
    },
  );

  test("nothing when nothing was added, or only nothings", () => {
    const { outbox } = newOutbox();
    outbox.append(Buffer.from("abc"), 1, 1);
    expect([outbox.bytes, outbox.writeTo(newSink())]).toEqual([0, "empty"]);
  });
});

describe("Outbox says closed when the sink is, and keeps everything", () => {
  test.each([["a large piece", 30 * KB], ["small ones", 100]])("with %s waiting", (_, size) => {
    const { outbox } = newOutbox();
    outbox.append(Buffer.alloc(size), 0, size);
    expect(outbox.writeTo(newSink(() => -1))).toBe("closed");
    expect(outbox.bytes).toBe(size);
  });
});

describe("Outbox tells the budget", () => {
  test("what waits after each large piece, write, drop and account", () => {
    const { outbox, budget } = newOutbox();
    const steps: [() => void, number][] = [
      [() => append(outbox, "before"), 0],
      [() => outbox.account(), 6],
      [() => outbox.append(Buffer.alloc(50 * KB), 0, 50 * KB), 50 * KB + 6],
      [() => outbox.dropUntil(6), 50 * KB],
      [() => append(outbox, "behind"), 50 * KB],
      [() => outbox.writeTo(newSink(() => 20 * KB)), 30 * KB + 6],
      [() => outbox.dropUntil(40 * KB + 6), 10 * KB + 6],
      [() => outbox.clear(), 0],
    ];
    for (const [step, used] of steps) {
      step();
      expect(budget.used).toBe(used);
    }
  });
});

test("Outbox keeps no large staging buffer for the little that a blocked connection waits for", () => {
  const { outbox } = newOutbox();
  for (let i = 0; i < 10; i++) append(outbox, "x".repeat(KB));
  expect(outbox.writeTo(newSink((length) => length - 100))).toBe("blocked");
  const sink = newSink();
  outbox.writeTo(sink);
  expect(sink.writes.map(({ bytes, length }) => [bytes.length, length])).toEqual([[100, 100]]);
});

test("Outbox begins with a small staging buffer and with a large one when the turn before was busy", () => {
  const { outbox } = newOutbox();
  const sizes = [1, 20, 1, 1].map((pieces) => {
    for (let i = 0; i < pieces; i++) append(outbox, "x".repeat(KB));
    const sink = newSink();
    outbox.writeTo(sink);
    return sink.writes[0]!.bytes.length;
  });
  expect(sizes).toEqual([SMALL_BUFFER, LARGE_BUFFER, LARGE_BUFFER, SMALL_BUFFER]);
});
