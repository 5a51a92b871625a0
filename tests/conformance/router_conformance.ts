/**
 * What every router must do, whatever it routes by. A router's test file calls `routerConformance` with a way
 * to make it.
 */
import { describe, expect, test } from "bun:test";
import { heapStats } from "bun:jsc";
import { NO_SERVER, type Router } from "../../src/routing/router.ts";

/** A kind of router under test. */
export interface RouterKind {
  /** Whether the same key always goes to the same server. */
  readonly keyed: boolean;
  /**
   * How many servers `make` takes the liveness of; two at least, all of which get some of a few thousand
   * keys.
   */
  readonly serverCount: number;
  make(live: readonly boolean[], epoch: number): Router;
}

const CALLS = 100_000;
const RUNS = 3;
/** An object takes 16 bytes at least; this leaves room for what the engine does on its own. */
const BYTES_PER_CALL = 2;

/** Runs the suite on one kind of router. */
export function routerConformance(title: string, kind: RouterKind): void {
  const { keyed, serverCount } = kind;
  const all = new Array<boolean>(serverCount).fill(true);

  describe(title, () => {
    test("route names each live server and no other when some are dead", () => {
      for (const live of [all, all.map((_, i) => i !== 0), all.map((_, i) => i !== serverCount - 1)]) {
        const router = kind.make(live, 0);
        const named = new Set(KEYS.map((key) => router.route(key, 0, key.length)));
        expect([...named].sort((a, b) => a - b)).toEqual(indicesOf(live));
        expect(router.owners).toEqual(indicesOf(live));
      }
    });

    test("route names the last server when it alone is live", () => {
      for (let last = 0; last < serverCount; last++) {
        const router = kind.make(all.map((_, i) => i === last), 0);
        for (const key of KEYS.slice(0, 100)) expect(router.route(key, 0, key.length)).toBe(last);
      }
    });

    test("route says NO_SERVER when no server is live", () => {
      const router = kind.make(all.map(() => false), 0);
      expect(router.owners).toEqual([]);
      for (const key of KEYS.slice(0, 100)) expect(router.route(key, 0, key.length)).toBe(NO_SERVER);
    });

    test("epoch is the one given when the router is made", () => {
      for (const live of [all, all.map((_, i) => i === 1), all.map(() => false)]) {
        expect(kind.make(live, 41).epoch).toBe(41);
      }
    });

    test("route is not affected when the caller's list of live servers changes later", () => {
      const live = [...all];
      const router = kind.make(live, 0);
      const twin = keyed ? kind.make(all, 0) : null;
      live.fill(false);
      for (const key of KEYS) {
        const server = router.route(key, 0, key.length);
        expect(server).toBeGreaterThanOrEqual(0);
        if (twin !== null) expect(server).toBe(twin.route(key, 0, key.length));
      }
    });

    test("route leaves the key's bytes as they are when it reads them", () => {
      const router = kind.make(all, 0);
      for (const key of KEYS.slice(0, 300)) {
        const before = key.slice();
        router.route(key, 0, key.length);
        expect(key).toEqual(before);
      }
    });

    test("route allocates nothing when called many times", () => {
      const router = kind.make(all, 0);
      expect(bytesPerCall((key) => router.route(key, 0, key.length))).toBeLessThan(BYTES_PER_CALL);
      // The measure itself must be able to see an allocation.
      expect(bytesPerCall((key) => key.subarray(1).length)).toBeGreaterThan(BYTES_PER_CALL);
    });

    test("explain names a part of the key's own range when it is inside a bigger buffer", () => {
      const router = kind.make(all, 0);
      for (const key of KEYS.slice(0, 300)) {
        const buffer = new Uint8Array(key.length + 12).fill(0x7b);
        buffer.set(key, 5);
        const { start, end } = router.explain(buffer, 5, 5 + key.length);
        expect(start === end || (start >= 5 && end <= 5 + key.length)).toBe(true);
      }
    });

    if (!keyed) return;

    test("route names the same server when asked again, or by another snapshot of the same", () => {
      const router = kind.make(all, 0);
      const later = kind.make(all, 1);
      const before = KEYS.map((key) => router.route(key, 0, key.length));
      expect(KEYS.toReversed().map((key) => router.route(key, 0, key.length)).reverse()).toEqual(before);
      expect(KEYS.map((key) => later.route(key, 0, key.length))).toEqual(before);
    });

    test("route reads its range alone when the key is inside a bigger buffer", () => {
      const router = kind.make(all, 0);
      for (const key of KEYS) {
        const server = router.route(key, 0, key.length);
        for (const fill of [0, 0x7b, 0xff]) {
          const buffer = new Uint8Array(key.length + 12).fill(fill);
          buffer.set(key, 5);
          expect(router.route(buffer, 5, 5 + key.length)).toBe(server);
        }
      }
    });
  });
}

/** Numbered keys as applications have them, and one of each length of bytes without a meaning. */
const KEYS: readonly Uint8Array[] = [
  ...Array.from({ length: 3000 }, (_, i) => new TextEncoder().encode(`user:{${i}}:profile`)),
  ...Array.from({ length: 130 }, (_, length) => Uint8Array.from({ length }, (_, i) => i * 89 + length * 37)),
];

function indicesOf(live: readonly boolean[]): number[] {
  return live.flatMap((isLive, index) => isLive ? [index] : []);
}

/**
 * By how much the heap grows: the most in a few runs, because the first may find room that earlier tests
 * left, and the collector may step in during another.
 */
function bytesPerCall(call: (key: Uint8Array) => number): number {
  Bun.gc(true);
  let most = -Infinity;
  let sum = 0;
  // The first run is the compiler's.
  for (let run = 0; run <= RUNS; run++) {
    const before = heapStats().heapCapacity;
    for (let i = 0; i < CALLS; i++) sum += call(KEYS[i % KEYS.length]!);
    if (run > 0) most = Math.max(most, heapStats().heapCapacity - before);
  }
  expect(sum).not.toBeNaN();
  return most / CALLS;
}
