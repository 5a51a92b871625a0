import { describe, expect, test } from "bun:test";
import { Budget } from "../../../src/transport/budget.ts";

function quiet(limit: number): Budget {
  return new Budget(limit, () => {});
}

describe("Budget.change", () => {
  test("counts what is held and says each time when it is more than may be", () => {
    let complaints = 0;
    const budget = new Budget(100, () => complaints++);
    for (
      const [delta, used, expected] of [[100, 100, 0], [1, 101, 1], [1, 102, 2], [-1, 101, 2], [-101, 0, 2]]
    ) {
      budget.change(delta!);
      expect({ used: budget.used, complaints }).toEqual({ used: used!, complaints: expected! });
    }
  });

  test("wakes all who wait, in their order, once, when bytes become free", () => {
    const budget = quiet(100);
    const woken: string[] = [];
    for (const name of ["first", "second"]) budget.waitForBytes({ wake: () => woken.push(name) });
    budget.change(10);
    expect(woken).toEqual([]);
    budget.change(-1);
    budget.change(-1);
    expect(woken).toEqual(["first", "second"]);
  });

  test("lets a waiter wait again while it is woken", () => {
    const budget = quiet(100);
    let woken = 0;
    const waiter = {
      wake() {
        woken++;
        budget.waitForBytes(waiter);
      },
    };
    budget.waitForBytes(waiter);
    budget.change(-1);
    budget.change(-1);
    expect(woken).toBe(2);
  });
});

describe("Budget.isOver", () => {
  test("leaves replies what requests don't take, and always a quarter of the limit", () => {
    const complaints: number[] = [];
    const budget = new Budget(100, () => complaints.push(budget.used));
    budget.forServers.change(60);
    budget.change(40);
    expect(budget.isOver).toBeFalse();
    budget.change(1);
    expect(budget.isOver).toBeTrue();
    budget.change(-20);
    budget.forServers.change(60);
    expect([budget.used, budget.isOver]).toEqual([141, false]);
    budget.change(5);
    expect([budget.used, budget.isOver, complaints]).toEqual([146, true, [101, 146]]);
  });
});

test("Budget.isClogged is so when what waits for servers alone is the limit", () => {
  const budget = quiet(100);
  budget.change(100);
  budget.forServers.change(99);
  expect(budget.isClogged).toBeFalse();
  budget.forServers.change(1);
  expect(budget.isClogged).toBeTrue();
});

describe("Budget.reserve", () => {
  const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];

  test("sets bytes aside as long as they fit into three quarters of the limit", () => {
    const budget = quiet(100);
    expect([budget.reserve(a, 40), budget.reserve(b, 35), budget.reserve(c, 1)]).toEqual([true, true, false]);
    expect([budget.used, budget.reserved]).toEqual([75, 75]);
  });

  test("leaves no room for what is held otherwise", () => {
    const budget = quiet(100);
    budget.reserve(a, 1);
    budget.change(60);
    expect([budget.reserve(b, 40), budget.reserve(b, 39)]).toEqual([false, true]);
  });

  test("lets one go however little room there is, when nobody else holds any", () => {
    const budget = quiet(100);
    budget.change(100);
    expect([budget.reserve(a, 500), budget.reserve(a, 500), budget.reserve(b, 1)]).toEqual([
      true,
      true,
      false,
    ]);
    budget.release(a, 1000);
    expect([budget.reserve(b, 500), budget.reserve(a, 1)]).toEqual([true, false]);
  });

  test("lets the earliest of those go that each need more than is left", () => {
    const budget = quiet(100);
    budget.reserve(a, 35);
    budget.reserve(b, 35);
    expect([budget.reserve(b, 50), budget.reserve(a, 50)]).toEqual([false, true]);
    budget.release(a, 85);
    expect(budget.reserve(b, 80)).toBeTrue();
  });

  test("lets even the earliest wait for servers to take what is queued", () => {
    const budget = quiet(100);
    budget.forServers.change(60);
    budget.change(40);
    expect([budget.reserve(a, 16), budget.reserve(a, 15)]).toEqual([false, true]);
    budget.release(a, 15);
    budget.forServers.change(-60);
    expect(budget.reserve(a, 500)).toBeTrue();
  });

  test("puts newcomers behind those who wait, but not holders", () => {
    const budget = quiet(100);
    budget.reserve(a, 50);
    budget.reserve(b, 10);
    expect(budget.reserve(c, 60)).toBeFalse();
    budget.waitForBytes({ wake() {} });
    expect([budget.reserve({}, 10), budget.reserve(b, 10)]).toEqual([false, true]);
  });

  test("says nothing of being over the limit", () => {
    const budget = new Budget(100, () => expect.unreachable());
    budget.reserve(a, 500);
  });
});

test("Budget.release gives everything back and wakes who waits", () => {
  const budget = quiet(100);
  const holder = {};
  budget.reserve(holder, 30);
  budget.reserve(holder, 30);
  let woken = false;
  budget.waitForBytes({ wake: () => woken = true });
  budget.release(holder, 60);
  expect([budget.used, budget.reserved, woken]).toEqual([0, 0, true]);
});
