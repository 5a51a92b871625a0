import { expect, test } from "bun:test";
import { ClientPause } from "../../../src/proxy/client_pause.ts";
import type { Session } from "../../../src/proxy/session.ts";

test("ClientPause holds writes, or reads too, until it is over", () => {
  const pause = new ClientPause();
  expect([pause.isOn, pause.holds(false), pause.isOver(99)]).toEqual([false, false, false]);
  pause.start(100, false);
  expect([pause.isOn, pause.holds(false), pause.holds(true)]).toEqual([true, true, false]);
  pause.start(50, true);
  expect([pause.holds(true), pause.isOver(99), pause.isOver(100)]).toEqual([true, false, true]);
  pause.start(200, false);
  expect([pause.holds(true), pause.isOver(100)]).toEqual([true, false]);
  pause.end();
  pause.start(300, false);
  expect(pause.holds(true)).toBeFalse();
});

test("ClientPause wakes who waited, once, when it ends", () => {
  const pause = new ClientPause();
  const woken: string[] = [];
  const session = (name: string) => ({ wake: () => void woken.push(name) }) as unknown as Session;
  const [first, second] = [session("first"), session("second")];
  pause.start(100, true);
  pause.wait(first);
  pause.wait(second);
  pause.wait(first);
  pause.forget(second);
  pause.end();
  pause.end();
  expect(woken).toEqual(["first"]);
});
