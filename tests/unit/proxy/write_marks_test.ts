/** When requests were written, as their marks tell it. */
import { beforeEach, describe, expect, test } from "bun:test";
import { Families } from "../../../src/proxy/families.ts";
import { ServerCounters } from "../../../src/proxy/server_counters.ts";
import { type WriteMark, WriteMarks } from "../../../src/proxy/write_marks.ts";

const KB = 1024;

let marks: WriteMarks;

beforeEach(() => {
  marks = new WriteMarks(new ServerCounters("server", new Families([])));
});

function dated(...all: readonly WriteMark[]): boolean[] {
  return all.map(({ writtenMs }) => writtenMs > 0);
}

describe("WriteMarks", () => {
  test("give one mark to all that is queued between two writes", () => {
    const [first, second] = [marks.at(0), marks.at(100)];
    expect(second).toBe(first);
    marks.wrote(200, 200);
    const third = marks.at(200);
    expect(third).not.toBe(first);
    expect(dated(first, third)).toEqual([true, false]);
    expect(first.server.name).toBe("server");
  });

  test("date a mark when the last of its bytes is gone, the clock of the write being read then", () => {
    const first = marks.at(0);
    marks.wrote(1000, 400);
    const second = marks.at(1000);
    marks.wrote(1500, 999);
    expect(dated(first, second)).toEqual([false, false]);
    const before = performance.now();
    marks.wrote(1500, 1499);
    expect(dated(first, second)).toEqual([true, false]);
    expect(first.writtenMs).toBeGreaterThanOrEqual(before);
    marks.wrote(1500, 1500);
    expect(dated(second)).toEqual([true]);
  });

  test("cover so many bytes only: what stands at the end of a full outbox goes later", () => {
    const first = marks.at(0);
    const last = marks.at(65 * KB);
    expect(last).not.toBe(first);
    marks.wrote(100 * KB, 80 * KB);
    expect(dated(first, last)).toEqual([true, false]);
  });

  test("stay the same when there was nothing to write", () => {
    const mark = marks.at(0);
    marks.wrote(0, 0);
    expect([marks.at(0) === mark, ...dated(mark)]).toEqual([true, false]);
  });
});
