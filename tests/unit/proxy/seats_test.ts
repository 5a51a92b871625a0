import { describe, expect, test } from "bun:test";
import { ALL_POOLS, SEAT_BYTES, Seats } from "../../../src/proxy/seats.ts";

const [A, B] = [1, 2];

describe("Seats", () => {
  test("counts the clients of all workers, by pool and all together", () => {
    const table = new Uint8Array(SEAT_BYTES);
    const [one, other] = [new Seats(table, 0), new Seats(table, 63)];
    expect([one.take(A, 0, 0), one.take(B, 0, 0), other.take(A, 0, 0)]).toEqual([true, true, true]);
    expect([one.taken(A), other.taken(B), one.taken(ALL_POOLS)]).toEqual([2, 1, 3]);
    other.giveBack(A);
    expect([one.taken(A), one.taken(ALL_POOLS)]).toEqual([1, 2]);
  });

  test("has no more of a pool than that may have, whichever worker they come to", () => {
    const table = new Uint8Array(SEAT_BYTES);
    const workers = Array.from({ length: 4 }, (_, column) => new Seats(table, column));
    const taken = Array.from({ length: 12 }, (_, i) => workers[i % 4]!.take(A, 5, 0));
    expect(taken.filter(Boolean).length).toBe(5);
    expect([workers[0]!.taken(A), workers[0]!.taken(ALL_POOLS)]).toEqual([5, 5]);
    expect(workers[0]!.take(B, 5, 0)).toBe(true);
    workers[1]!.giveBack(A);
    expect([workers[2]!.take(A, 5, 0), workers[3]!.take(A, 5, 0)]).toEqual([true, false]);
  });

  test("has no more of all pools than all may have", () => {
    const seats = new Seats();
    expect([seats.take(A, 0, 2), seats.take(B, 0, 2), seats.take(A, 0, 2)]).toEqual([true, true, false]);
    expect([seats.taken(A), seats.taken(ALL_POOLS)]).toEqual([1, 2]);
  });

  test("forgets a worker that is gone, and no other", () => {
    const table = new Uint8Array(SEAT_BYTES);
    const [one, other] = [new Seats(table, 0), new Seats(table, 1)];
    for (const seats of [one, other]) for (const pool of [A, B]) seats.take(pool, 0, 0);
    new Seats(table, 0).clear();
    expect([one.taken(A), one.taken(B), one.taken(ALL_POOLS)]).toEqual([1, 1, 2]);
  });
});
