import { describe, expect, test } from "bun:test";
import { inTime, TooLate } from "../../../../src/control/crew/in_time.ts";

describe("inTime", () => {
  test("gives what is answered, or what it failed with", async () => {
    expect(await inTime(Promise.resolve(7), 1000)).toBe(7);
    await expect(inTime(Promise.reject(new Error("no")), 1000)).rejects.toThrow("no");
  });

  test("fails when there is no answer", async () => {
    await expect(inTime(new Promise(() => {}), 20)).rejects.toThrow(new TooLate("no answer within 20 ms"));
  });

  test("finds an answer that came while the process stood still for longer than anybody waits", async () => {
    const answer = new Promise<string>((resolve) =>
      setTimeout(() => setTimeout(() => resolve("here"), 1), 1)
    );
    const found = inTime(answer, 20);
    Bun.sleepSync(60);
    expect(await found).toBe("here");
  });
});
