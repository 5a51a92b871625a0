/** RequestQueue against an array. */
import { expect, test } from "bun:test";
import { Request } from "../../src/proxy/request.ts";
import { RequestQueue } from "../../src/proxy/request_queue.ts";
import { Random, SEED } from "../support/seed.ts";

const STEPS = 3000;

test.each([
  ["short", 0.5, 0.45],
  ["growing", 0.7, 0.2],
  ["shrinking", 0.4, 0.59],
])("RequestQueue does what an array does when it is mostly %s", (name, pushes, shifts) => {
  const random = new Random(`queue ${name}`);
  const queue = new RequestQueue();
  const twin: Request[] = [];
  for (let step = 0; step < STEPS; step++) {
    const chance = random.next();
    if (chance < pushes) {
      const request = new Request(null, { take() {} }, 0, step);
      queue.push(request);
      twin.push(request);
    } else if (chance < pushes + shifts) {
      if (twin.length > 0) expect(queue.shift()).toBe(twin.shift()!);
    } else if (random.integer(0, 20) === 0) {
      expect(queue.drain()).toEqual(twin.splice(0));
    } else if (twin.length > 0) {
      const index = random.integer(0, twin.length - 1);
      expect(queue.at(index)).toBe(twin[index]!);
    }
    expect({ SEED, step, length: queue.length }).toEqual({ SEED, step, length: twin.length });
    expect(queue.peek()).toBe(twin[0] ?? null);
  }
  expect(queue.drain()).toEqual(twin);
  expect([queue.length, queue.peek(), queue.drain()]).toEqual([0, null, []]);
});
