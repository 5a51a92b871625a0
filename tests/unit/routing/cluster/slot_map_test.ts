import { describe, expect, test } from "bun:test";
import { ownersBySlot, slotMapOf, UNOWNED } from "../../../../src/routing/cluster/slot_map.ts";

describe("a slot map", () => {
  test.each([
    [[]],
    [[0, 16_383, 0]],
    [[0, 0, 1, 1, 1, 0, 16_383, 16_383, 2]],
    [[100, 5460, 0, 5461, 10_922, 1, 10_924, 16_383, 2]],
  ])("is what slotMapOf makes of the table that ownersBySlot makes of it: %p", (map) => {
    expect(slotMapOf(ownersBySlot(map))).toEqual(map);
  });

  test("leaves slots that it doesn't name to nobody", () => {
    const owners = ownersBySlot([1, 2, 7]);
    expect([...owners.subarray(0, 4)]).toEqual([UNOWNED, 7, 7, UNOWNED]);
  });
});
