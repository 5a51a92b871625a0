import { expect, test } from "bun:test";
import { eventually } from "./eventually.ts";

test("eventually gives what the check gives when that becomes truthy", async () => {
  let tries = 0;
  expect(await eventually("three tries", () => ++tries >= 3 && tries)).toBe(3);
});

test("eventually goes on when a check throws", async () => {
  let tries = 0;
  const check = () => {
    if (++tries < 3) throw new Error("not yet");
    return true;
  };
  expect(await eventually("no throw", check)).toBe(true);
});

test("eventually throws with what was awaited and the last result when time is up", async () => {
  const falsy = eventually("rain", () => 0, { timeoutMs: 20 });
  await expect(falsy).rejects.toThrow("rain: not so within 20 ms; last it gave 0");
  const throwing = () => {
    throw new Error("dry");
  };
  await expect(eventually("rain", throwing, { timeoutMs: 20 })).rejects.toThrow("last it threw Error: dry");
});

test("eventually throws in time when a check never settles", async () => {
  const started = performance.now();
  await expect(eventually("an answer", () => new Promise(() => {}), { timeoutMs: 30 })).rejects.toThrow(
    "an answer",
  );
  expect(performance.now() - started).toBeLessThan(2000);
});
