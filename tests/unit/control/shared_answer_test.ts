import { expect, test } from "bun:test";
import { SharedAnswer } from "../../../src/control/shared_answer.ts";
import { eventually } from "../../support/eventually.ts";

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
  await eventually("it is made anew", () => {
    void answer.get();
    return made > 1;
  });
  expect(made).toBe(2);
});

test("SharedAnswer is kept for a while when it took long to make", async () => {
  // Again where the machine stood still for longer than the answer is good.
  await eventually("both were asked in time", async () => {
    let made = 0;
    const answer = new SharedAnswer(() => {
      const until = performance.now() + 20;
      while (performance.now() < until) { /* Works hard. */ }
      return Promise.resolve(++made);
    });
    const began = performance.now();
    const answers = [await answer.get(), await answer.get()];
    if (performance.now() - began > 150) return false;
    expect(answers).toEqual([1, 1]);
    return true;
  });
});

test("SharedAnswer fails all who ask meanwhile, and tries again", async () => {
  let made = 0;
  const answer = new SharedAnswer(() => Promise.reject(new Error(`no ${++made}`)));
  const asked = [answer.get(), answer.get()];
  for (const each of asked) await expect(each).rejects.toThrow("no 1");
  await eventually("it is made anew", async () => {
    await answer.get().catch(() => {});
    return made > 1;
  });
  expect(made).toBe(2);
});
