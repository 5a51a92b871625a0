/**
 * The points that ketama spreads servers over, as nutcracker 0.5.0 computes them: every step of the
 * arithmetic rounds to a 32-bit float, without which 25, 47 or 100 equal servers would get 160 points each
 * instead of 156.
 */
import { md5Digest } from "../../hash/md5_digest.ts";
import type { LiveServer } from "./ring_server.ts";

const POINTS_PER_SERVER = 160;
const POINTS_PER_DIGEST = 4;
/** Added before rounding down, to make up for a product that falls just short of an integer. */
const NUDGE = 1e-10;

/** A point of the circle and whose it is. */
export interface Point {
  /** Where it is, uint32. */
  readonly value: number;
  /** Index of its server. */
  readonly owner: number;
}

/** How many points a server of `weight` gets among `liveCount` live ones; 0 when its share is tiny. */
export function pointCount(weight: number, totalWeight: number, liveCount: number): number {
  const f = Math.fround;
  const share = f(f(weight) / f(totalWeight));
  const perDigest = f(f(f(share * POINTS_PER_SERVER) / POINTS_PER_DIGEST) * f(liveCount));
  return Math.floor(f(perDigest + NUDGE)) * POINTS_PER_DIGEST;
}

/**
 * All points of the live servers, in ascending order.
 *
 * Shape: points of the same value stay in the order of their servers; nutcracker leaves that to C's qsort.
 */
export function continuum(servers: readonly LiveServer[]): Point[] {
  const totalWeight = servers.reduce((sum, server) => sum + server.weight, 0);
  return servers
    .flatMap((server) => pointsOf(server, pointCount(server.weight, totalWeight, servers.length)))
    .sort((one, other) => one.value - other.value);
}

/**
 * Digest i of a server is that of `name-i` and gives four points, its words. A name beyond some 270 bytes is
 * hashed whole; nutcracker has no more room than that and then hashes what lies in memory behind it.
 */
function pointsOf(server: LiveServer, count: number): Point[] {
  const encoder = new TextEncoder();
  const digest = new Int32Array(POINTS_PER_DIGEST);
  const points: Point[] = [];
  for (let i = 0; points.length < count; i++) {
    const label = encoder.encode(`${server.name}-${i}`);
    md5Digest(label, 0, label.length, digest);
    for (const word of digest) points.push({ value: word >>> 0, owner: server.index });
  }
  return points;
}
