/** Pins: which lane a session has for itself, until when, and what becomes of it when it or the router changes. */
import { beforeEach, describe, expect, test } from "bun:test";
import type { Backend } from "../../../../src/proxy/backend.ts";
import type { Lane } from "../../../../src/proxy/lane.ts";
import type { LaneHolder } from "../../../../src/proxy/pinned_lanes.ts";
import type { Pool } from "../../../../src/proxy/pool.ts";
import { type Pin, Pins } from "../../../../src/proxy/redis/pins.ts";

let log: string[];
let pins: Pins;
let holders: Map<Lane, LaneHolder>;

/** A backend with `room` lanes, which writes down what comes back. */
function backend(name: string, room = 9): Backend {
  const lanes: Lane[] = [];
  return {
    pinned: {
      take(holder: LaneHolder) {
        if (lanes.length === room) return null;
        const lane = { inFlight: { length: 0 } } as Lane;
        lanes.push(lane);
        holders.set(lane, holder);
        return lane;
      },
      give: (_: Lane, isClean: boolean) => void log.push(`${name} ${isClean ? "clean" : "closed"}`),
      giveUp(lane: Lane) {
        log.push(`${name} given up`);
        holders.get(lane)!.laneBroken(lane);
      },
    },
  } as unknown as Backend;
}

function block(pin: Pin, key: string): void {
  pin.isBlocked = true;
  pin.waitsFor = Buffer.from(key);
}

beforeEach(() => {
  log = [];
  holders = new Map();
  pins = new Pins({
    variant: 0,
    pinsChanged: () => {},
    unblocked: () => void log.push("unblocked"),
    watchLost: () => void log.push("watch lost"),
  });
});

describe("Pins", () => {
  test("takes one lane per server, and none when there is none", () => {
    const [one, none] = [backend("one"), backend("none", 0)];
    const pin = pins.take(one);
    expect([pins.take(one), pins.on(one), pins.take(none), pins.size]).toEqual([pin, pin, null, 1]);
  });

  test("gives a lane back when all is answered, unless keys are watched on it", () => {
    const pin = pins.take(backend("one"))!;
    pin.isWatching = true;
    pins.laneQuiet(pin.lane);
    expect([pins.size, pins.watching, log]).toEqual([1, pin, []]);
    pin.isWatching = false;
    pins.laneQuiet(pin.lane);
    expect([pins.size, log]).toEqual([0, ["one clean"]]);
  });

  test("unblocks when the last lane that blocks is quiet or broken", () => {
    const [first, second] = [pins.take(backend("one"))!, pins.take(backend("two"))!];
    block(first, "k");
    block(second, "k");
    pins.laneQuiet(first.lane);
    expect([pins.isBlocked, log]).toEqual([true, ["one clean"]]);
    pins.laneBroken(second.lane);
    expect([pins.isBlocked, log]).toEqual([false, ["one clean", "unblocked"]]);
  });

  test("tells that a watch is lost when its lane breaks, and closes it when the session ends", () => {
    const lost = pins.take(backend("one"))!;
    lost.isWatching = true;
    pins.laneBroken(lost.lane);
    const ended = pins.take(backend("two"))!;
    ended.isWatching = true;
    pins.take(backend("three"));
    pins.end();
    expect([pins.size, log]).toEqual([0, ["watch lost", "two closed", "three clean"]]);
  });

  test("gives up what waits for a key that has another server now", () => {
    const backends = [backend("one"), backend("two")];
    const [first, second] = backends.map((each) => pins.take(each)!) as [Pin, Pin];
    block(first, "a");
    block(second, "b");
    pins.reroute({ backends, router: { route: () => 1 } } as unknown as Pool);
    expect([pins.on(backends[0]!), pins.on(backends[1]!), log]).toEqual([null, second, ["one given up"]]);
  });
});
