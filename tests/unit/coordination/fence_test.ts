import { describe, expect, test } from "bun:test";
import {
  compareFences,
  FenceGate,
  formatFence,
  NO_FENCE,
  parseFence,
  readGeneration,
} from "../../../src/coordination/mod.ts";

const ORDER = ["0.0", "0.7", "1.1", "1.2", "1.10", "2.1", "10.0"].map((text) => parseFence(text)!);

describe("compareFences", () => {
  test("puts the generation above the epoch", () => {
    expect(ORDER.toReversed().sort(compareFences).map(formatFence)).toEqual(ORDER.map(formatFence));
    expect(compareFences(NO_FENCE, ORDER[0]!)).toBe(0);
  });
});

describe("parseFence", () => {
  test.each(["", "1", "1.", ".1", "1.2.3", "-1.2", "1.x", "1.9999999999999999"])("refuses %j", (text) => {
    expect(parseFence(text)).toBeNull();
  });
});

describe("FenceGate", () => {
  test("passes what is as late as all before, and nothing older", () => {
    const gate = new FenceGate();
    const passed = ["1.3", "1.3", "1.2", "2.1", "1.9", "2.1", "2.2"].filter((text) =>
      gate.pass(parseFence(text)!)
    );
    expect(passed).toEqual(["1.3", "1.3", "2.1", "2.1", "2.2"]);
    expect(gate.latest).toEqual({ generation: 2, epoch: 2 });
  });
});

describe("readGeneration", () => {
  test("is the first for a store without one, and none while keys are restored", () => {
    expect([undefined, "1", "12", "restoring 3", "", "0", "x"].map(readGeneration)).toEqual([
      1,
      1,
      12,
      null,
      null,
      null,
      null,
    ]);
  });
});
