import { describe, expect, test } from "bun:test";
import { formatSlots, parseSlots } from "../../../../src/routing/slots/slot_ranges.ts";

describe("parseSlots", () => {
  const good: [string, number[]][] = [
    ["0", [0]],
    ["3-5", [3, 4, 5]],
    ["1023", [1023]],
    ["9,1-2, 2-3", [1, 2, 3, 9]],
  ];
  test.each(good)("reads %j", (text, slots) => {
    expect(parseSlots(text, 1024)).toEqual(slots);
  });

  const bad: [string, string][] = [
    ["", '"" is neither a slot nor a range such as 0-511'],
    ["a", '"a" is neither'],
    ["1,", '"" is neither'],
    ["-1", '"-1" is neither'],
    ["1-2-3", '"1-2-3" is neither'],
    ["1024", "slot 1024 is not in 0..1023"],
    ["0-4000", "slot 4000 is not in 0..1023"],
    ["5-3", '"5-3" ends before it begins'],
  ];
  test.each(bad)("says what is wrong with %j", (text, reason) => {
    expect(() => parseSlots(text, 1024)).toThrow(reason);
  });
});

describe("formatSlots", () => {
  test("writes what parseSlots reads, in the fewest ranges", () => {
    expect(formatSlots([])).toBe("");
    expect(formatSlots([7, 5, 4, 5, 1, 0, 9])).toBe("0-1,4-5,7,9");
    expect(parseSlots(formatSlots([7, 5, 4, 1, 0, 9]), 1024)).toEqual([0, 1, 4, 5, 7, 9]);
  });
});
