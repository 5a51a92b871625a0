import { expect, test } from "bun:test";
import { SharedAnswer } from "../../../src/control/shared_answer.ts";

test("SharedAnswer is made once for all who ask meanwhile, and anew for who asks later", async () => {
  let made = 0;
  let finish = (_: number) => {};
  const answer = new SharedAnswer(() => {
    made++;
    return new Promise<number>((resolve) => (finish = resolve));
  });
  const asked = [answer.get(), answer.get()];
  finish(7);
  expect([await asked[0], await asked[1], made]).toEqual([7, 7, 1]);
  while (made === 1) void answer.get();
  expect(made).toBe(2);
});

test("SharedAnswer is kept for a while when it took long to make", async () => {
  let made = 0;
  const answer = new SharedAnswer(() => {
    const until = performance.now() + 20;
    while (performance.now() < until) { /* Works hard. */ }
    return Promise.resolve(++made);
  });
  const began = performance.now();
  expect(await answer.get()).toBe(1);
  const again = await answer.get();
  // Only a machine that stood still for so long in between has an excuse.
  if (performance.now() - began < 150) expect(again).toBe(1);
});

test("SharedAnswer fails all who ask meanwhile, and tries again", async () => {
  let made = 0;
  const answer = new SharedAnswer(() => Promise.reject(new Error(`no ${++made}`)));
  const asked = [answer.get(), answer.get()];
  for (const each of asked) await expect(each).rejects.toThrow("no 1");
  while (made === 1) await answer.get().catch(() => {});
  expect(made).toBe(2);
});
