import { expect, test } from "bun:test";
import { Exclusively } from "../../../src/control/exclusively.ts";

test("Exclusively does one thing after the other, whatever becomes of them", async () => {
  const exclusively = new Exclusively();
  const log: string[] = [];
  const work = (name: string, fails = false) =>
    exclusively.do(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(`${name} failed`);
      return name;
    });
  expect(exclusively.isBusy).toBe(false);
  const [one, two, three] = [work("one"), work("two", true), work("three")];
  expect(exclusively.isBusy).toBe(true);
  expect(await one).toBe("one");
  expect(exclusively.isBusy).toBe(true);
  await expect(two).rejects.toThrow("two failed");
  expect(await three).toBe("three");
  expect(exclusively.isBusy).toBe(false);
  expect(log).toEqual(["one", "two", "three"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test("Exclusively survives work that throws before it begins", async () => {
  const exclusively = new Exclusively();
  const thrown = exclusively.do(() => {
    throw new Error("at once");
  });
  await expect(thrown).rejects.toThrow("at once");
  expect([await exclusively.do(() => Promise.resolve(1)), exclusively.isBusy]).toEqual([1, false]);
});
