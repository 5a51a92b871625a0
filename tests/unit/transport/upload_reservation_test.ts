import { describe, expect, test } from "bun:test";
import { UploadReservation } from "../../../src/transport/upload_reservation.ts";
import { Budget } from "../../../src/transport/budget.ts";

const KB = 1024;

describe("UploadReservation", () => {
  test("counts no small requests", () => {
    const budget = new Budget(100, () => {});
    const upload = new UploadReservation(budget);
    expect(upload.reserve(0, 64 * KB - 1)).toBeTrue();
    expect([upload.bytes, budget.used]).toEqual([0, 0]);
  });

  test("grows to what is announced and never shrinks before it is released", () => {
    const budget = new Budget(1000 * KB, () => {});
    const upload = new UploadReservation(budget);
    const sizes = [100, 300, 200, 400].map((size) => {
      upload.reserve(0, size * KB);
      return upload.bytes / KB;
    });
    expect(sizes).toEqual([100, 300, 300, 400]);
    expect([budget.used, budget.reserved]).toEqual([400 * KB, 400 * KB]);
    upload.release();
    upload.release();
    expect([upload.bytes, budget.used, budget.reserved]).toEqual([0, 0, 0]);
  });

  test("keeps what it has when there is no room for more", () => {
    const budget = new Budget(600 * KB, () => {});
    const [first, second] = [new UploadReservation(budget), new UploadReservation(budget)];
    first.reserve(0, 200 * KB);
    second.reserve(0, 200 * KB);
    expect(second.reserve(0, 400 * KB)).toBeFalse();
    expect([second.bytes, budget.used]).toEqual([200 * KB, 400 * KB]);
  });

  test("counts what is here while it waits, and no more than that", () => {
    const budget = new Budget(500 * KB, () => {});
    const [first, second] = [new UploadReservation(budget), new UploadReservation(budget)];
    first.reserve(0, 400 * KB);
    expect(second.reserve(30 * KB, 170 * KB)).toBeFalse();
    expect([second.waitingBytes, second.bytes, budget.used]).toEqual([30 * KB, 0, 430 * KB]);
    first.release();
    expect(second.reserve(30 * KB, 170 * KB)).toBeTrue();
    expect([second.waitingBytes, second.bytes, budget.used]).toEqual([0, 200 * KB, 200 * KB]);
    expect(first.reserve(50 * KB, 400 * KB)).toBeFalse();
    first.release();
    expect([first.waitingBytes, budget.used]).toEqual([0, 200 * KB]);
  });

  test("grows beyond the limit by a later argument when it is alone", () => {
    const upload = new UploadReservation(new Budget(500 * KB, () => {}));
    expect([upload.reserve(0, 400 * KB), upload.reserve(0, 800 * KB)]).toEqual([true, true]);
  });
});
