/** The rows of the comparison: what is measured under which name, and the bars that this proxy sets itself. */
import type { Load } from "./load.ts";

/** What a row must reach, as CPU per request. */
export interface Bar {
  /**
   * Against nutcracker; of an idle row against the same proxy without the idle connections, of a row of workers of two
   * against one, of a row of a cluster against a ring.
   */
  readonly maxRatio: number;
  /** Peak of resident memory. Units: bytes. */
  readonly maxPeak?: number;
}

/** How a row is measured. */
export type RowKind =
  /** As fast as it goes, closed loop. */
  | "load"
  /** The same with ten thousand more connections that are silent, and without them. */
  | "idle"
  /** At half the rate at which nutcracker saturates, open loop. */
  | "paced"
  /** This proxy with one worker, with two and with four. */
  | "workers"
  /** This proxy over a ring, and over a Redis Cluster of as many primaries. */
  | "cluster"
  /** From the start of the process to the first connection. */
  | "startup";

/** One row. */
export interface Row {
  readonly name: string;
  readonly kind: RowKind;
  readonly load: Load;
  readonly bar?: Bar;
}

/** How many silent connections an idle row has. */
export const IDLE_CONNECTIONS = 10_000;

/** Longest time from start to the first accepted connection. Units: milliseconds. */
export const MAX_STARTUP_MS = 150;

const KB = 1024;
const MB = 1024 * KB;

/** All rows, in the order in which they are measured. */
export const ROWS: readonly Row[] = [
  load("get", 64, 1, { maxRatio: 0.85 }),
  load("set", 64, 1, { maxRatio: 0.85 }),
  load("get", 64, 16, { maxRatio: 0.35 }),
  load("set", 64, 16, { maxRatio: 0.35 }),
  load("get", 64, 64, { maxRatio: 0.2 }),
  load("set", 64, 64, { maxRatio: 0.2 }),
  load("get", KB, 1),
  load("get", KB, 16),
  load("set", KB, 16),
  load("get", 16 * KB, 1),
  load("get", 16 * KB, 8, { maxRatio: 1.4 }),
  load("set", 16 * KB, 8, { maxRatio: 1.4 }),
  load("get", 256 * KB, 8, { maxRatio: 1.15, maxPeak: 200 * MB }),
  load("set", 256 * KB, 8, { maxRatio: 1.15, maxPeak: 200 * MB }),
  mget(10, { maxRatio: 0.7 }),
  mget(100),
  manyConnections(1000),
  manyConnections(10_000),
  { ...load("get", 64, 1), name: "idle", kind: "idle", bar: { maxRatio: 1.1 } },
  { ...load("get", 64, 1), name: "paced-get-64", kind: "paced" },
  { ...load("get", 16 * KB, 1), name: "paced-get-16384", kind: "paced" },
  { ...load("get", 64, 1), name: "workers-get-64-p1", kind: "workers", bar: { maxRatio: 1.35 } },
  { ...load("get", 64, 16), name: "workers-get-64-p16", kind: "workers", bar: { maxRatio: 1.35 } },
  { ...load("get", 64, 1), name: "cluster-get-64-p1", kind: "cluster", bar: { maxRatio: 1.05 } },
  { ...load("get", 64, 16), name: "cluster-get-64-p16", kind: "cluster", bar: { maxRatio: 1.05 } },
  { ...load("set", 64, 16), name: "cluster-set-64-p16", kind: "cluster", bar: { maxRatio: 1.05 } },
  { ...load("get", 64, 1), name: "startup", kind: "startup" },
  memcached("get", 64, 50, { maxRatio: 0.85 }),
  memcached("set", 64, 50, { maxRatio: 0.85 }),
  memcached("get", KB, 50),
  memcached("set", KB, 50),
  memcached("get", 100 * KB, 10, { maxRatio: 1.1 }),
  memcached("set", 100 * KB, 10, { maxRatio: 1.1 }),
  memcachedMget(10),
  memcachedMget(100, { maxRatio: 0.35 }),
];

/**
 * The rows whose names match one of the patterns, as `get-64-*`; all when there is no pattern.
 *
 * Errors: throws when a pattern matches no row.
 */
export function selectRows(patterns: readonly string[]): readonly Row[] {
  const globs = patterns.map((pattern) => ({ pattern, glob: new Bun.Glob(pattern) }));
  const idle = globs.find(({ glob }) => !ROWS.some(({ name }) => glob.match(name)));
  if (idle) {
    throw new Error(`no row is called ${idle.pattern}; there are ${ROWS.map(({ name }) => name).join(" ")}`);
  }
  return globs.length === 0 ? ROWS : ROWS.filter(({ name }) => globs.some(({ glob }) => glob.match(name)));
}

function load(command: "get" | "set", valueBytes: number, pipeline: number, bar?: Bar): Row {
  return {
    name: `${command}-${valueBytes}-p${pipeline}`,
    kind: "load",
    load: { protocol: "redis", command, keysPerRequest: 1, valueBytes, pipeline, connections: 50 },
    bar,
  };
}

function mget(keysPerRequest: number, bar?: Bar): Row {
  return {
    name: `mget${keysPerRequest}-64-p1`,
    kind: "load",
    load: {
      protocol: "redis",
      command: "mget",
      keysPerRequest,
      valueBytes: 64,
      pipeline: 1,
      connections: 50,
    },
    bar,
  };
}

function manyConnections(connections: number): Row {
  const row = load("get", 64, 1);
  return { ...row, name: `${row.name}-c${connections}`, load: { ...row.load, connections } };
}

/** Nobody pipelines with memcached. */
function memcached(command: "get" | "set", valueBytes: number, connections: number, bar?: Bar): Row {
  return {
    name: `mc-${command}-${valueBytes}`,
    kind: "load",
    load: { protocol: "memcached", command, keysPerRequest: 1, valueBytes, pipeline: 1, connections },
    bar,
  };
}

function memcachedMget(keysPerRequest: number, bar?: Bar): Row {
  const { load } = memcached("get", 64, 50);
  return {
    name: `mc-mget${keysPerRequest}-64`,
    kind: "load",
    load: { ...load, command: "mget", keysPerRequest },
    bar,
  };
}
