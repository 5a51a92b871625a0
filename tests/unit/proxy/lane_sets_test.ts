import { expect, test } from "bun:test";
import type { Lane } from "../../../src/proxy/lane.ts";
import { IDLE_MS, LaneSets } from "../../../src/proxy/lane_sets.ts";
import type { Session } from "../../../src/proxy/session.ts";
import {
  databaseOf,
  isTouching,
  variantOf,
  versionOf,
  withDatabase,
  withVersion,
} from "../../../src/proxy/variant.ts";
import { turn } from "../../../src/transport/turn.ts";

class FakeLane {
  inFlight = { length: 0 };
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

/** Lane sets, and what was made for which variant. */
function laneSets() {
  const made = new Map<number, FakeLane[]>();
  const sets = new LaneSets((variant) => {
    const lanes = [new FakeLane(), new FakeLane()];
    made.set(variant, [...made.get(variant) ?? [], ...lanes]);
    return lanes as unknown as Lane[];
  });
  const laneOf = (id: number, variant: number) =>
    sets.laneOf({ id, variant } as Session) as unknown as FakeLane;
  return { sets, made, laneOf };
}

test("variants tell versions, databases and whether they touch apart", () => {
  for (const version of [2, 3] as const) {
    for (const database of [0, 1, 15]) {
      for (const touches of [true, false]) {
        const variant = variantOf(version, database, touches);
        expect([versionOf(variant), databaseOf(variant), isTouching(variant)])
          .toEqual([version, database, touches]);
        expect(withVersion(withDatabase(variant, 3), 3)).toBe(variantOf(3, 3, touches));
      }
    }
  }
  expect(variantOf(2, 0)).toBe(0);
});

test("LaneSets makes lanes for a variant once, and a session keeps its lane", () => {
  const { sets, made, laneOf } = laneSets();
  const lane = laneOf(1, 1);
  expect(laneOf(1, 1)).toBe(lane);
  expect(laneOf(2, 1)).not.toBe(lane);
  expect(laneOf(1, 3)).not.toBe(lane);
  expect([...made.keys()]).toEqual([1, 3]);
  expect(sets.lanes).toHaveLength(4);
});

test("LaneSets closes a set that is idle and has nothing in flight", () => {
  const { sets, laneOf } = laneSets();
  const [idle, busy] = [laneOf(1, 1), laneOf(1, 2)];
  busy.inFlight.length = 1;
  const counted: unknown[] = [];
  // A millisecond beyond the limit, for fractions of the clock are rounded.
  const closeIdle = (after: number) => sets.closeIdle(turn.now + after, (lane) => counted.push(lane));
  closeIdle(IDLE_MS - 1);
  expect([idle.isClosed, busy.isClosed]).toEqual([false, false]);
  closeIdle(IDLE_MS + 1);
  expect([idle.isClosed, busy.isClosed]).toEqual([true, false]);
  expect(counted).toHaveLength(2);
  expect(sets.lanes).toHaveLength(2);
  busy.inFlight.length = 0;
  closeIdle(IDLE_MS + 1);
  expect(busy.isClosed).toBe(true);
  expect(laneOf(1, 1)).not.toBe(idle);
});
