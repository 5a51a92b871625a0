/** Measures a row: every target in turn, round after round, so that what else the machine does hits all alike. */
import { RedisCluster } from "../../tests/support/redis_cluster.ts";
import { openIdleConnections } from "./idle_connections.ts";
import { type ClientView, keyCount, type Load, type ProtocolName } from "./load.ts";
import { IDLE_CONNECTIONS, MAX_STARTUP_MS, type Row } from "./matrix.ts";
import type { PacedOrder } from "./paced_load.ts";
import { preload } from "./preload.ts";
import { type Memory, memoryOf } from "./process_usage.ts";
import { PROTOCOLS } from "./protocol.ts";
import { calibrate, type Effort, medianSample, type Sample, sample, sampleLoad } from "./sample.ts";
import { nutcrackerStartup, sennitStartup } from "./startup.ts";
import {
  type Backends,
  CLUSTER,
  directTarget,
  NUTCRACKER,
  type Peer,
  SENNIT,
  startClusterTarget,
  startNutcrackerTarget,
  startSennitTarget,
  startWorkersTarget,
  type Target,
  workersName,
} from "./target.ts";

/** How many workers rows of workers are measured with, beside one. */
const WORKERS = [2, 4] as const;

/** What rows are measured with. */
export interface Setting {
  /** The servers of every protocol that some row speaks. */
  readonly backends: ReadonlyMap<ProtocolName, Backends>;
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly effort: Effort;
  readonly startups: number;
}

/** What came of a row for one target. */
export interface Line extends Partial<Sample>, Partial<Memory> {
  readonly row: string;
  readonly target: string;
  /** CPU per request as a multiple of nutcracker's, or of what an idle row has without its idle connections. */
  readonly ratio?: number;
  /** Whether the row's bar is reached, and which that is. */
  readonly verdict?: { readonly met: boolean; readonly bar: string };
}

/** Measures one row. The servers are emptied first, and the proxies are fresh, so that memory is this row's. */
export async function measureRow(row: Row, setting: Setting): Promise<Line[]> {
  if (row.kind === "startup") return await measureStartup(row, setting);
  if (row.kind === "workers") return await measureWorkers(row, setting);
  if (row.kind === "cluster") return await measureCluster(row, setting);
  const { protocol } = row.load;
  const backends = backendsOf(row, setting);
  await PROTOCOLS[protocol].clear(backends.servers);
  const own = [await startSennitTarget(backends), await startNutcrackerTarget(backends)];
  try {
    const targets = [...own, ...setting.peers.filter((peer) => peer.protocol === protocol)];
    for (const target of targets) await preload(target, row.load);
    if (row.kind === "idle") return await measureIdle(row, targets, setting);
    if (row.kind === "paced") return await measurePaced(row, targets, setting);
    return await measureLoad(row, targets, setting);
  } finally {
    for (const target of own) await target.stop();
  }
}

async function measureLoad(row: Row, targets: readonly Target[], setting: Setting): Promise<Line[]> {
  const medians = await rounds(row.load, targets, setting, (target, requests) => {
    return sampleLoad(target, row.load, requests);
  });
  const baseline = medians.get(NUTCRACKER)!.cpuPerRequest;
  const lines = targets.map((target) => {
    const line = toLine(row, target, medians.get(target.name)!);
    return { ...line, ratio: line.cpuPerRequest! / baseline };
  });
  return [...lines.map((line) => judged(row, line)), await measureDirect(row, setting)];
}

/** A server alone shows what is left for any proxy to reach; once is enough for that. */
async function measureDirect(row: Row, setting: Setting): Promise<Line> {
  const target = directTarget(backendsOf(row, setting));
  await preload(target, row.load);
  const requests = await calibrate(target, row.load, setting.effort);
  return toLine(row, target, await sampleLoad(target, row.load, requests));
}

async function measureIdle(row: Row, targets: readonly Target[], setting: Setting): Promise<Line[]> {
  const beside = new Map<string, Sample[]>(targets.map(({ name }) => [name, []]));
  const alone = await rounds(row.load, targets, setting, async (target, requests) => {
    const sampled = await sampleLoad(target, row.load, requests);
    await using _idle = await openIdleConnections(target, IDLE_CONNECTIONS);
    beside.get(target.name)!.push(await sampleLoad(target, row.load, requests));
    return sampled;
  });
  return targets.flatMap((target) => {
    const without = toLine(row, target, alone.get(target.name)!);
    const line = toLine(row, target, medianSample(beside.get(target.name)!));
    const ratio = line.cpuPerRequest! / without.cpuPerRequest!;
    return [without, judged(row, { ...line, row: `${row.name}-${IDLE_CONNECTIONS}`, ratio })];
  });
}

async function measurePaced(row: Row, targets: readonly Target[], setting: Setting): Promise<Line[]> {
  const nutcracker = targets.find(({ name }) => name === NUTCRACKER)!;
  const saturating = await calibrate(nutcracker, row.load, setting.effort);
  const { requestsPerSecond } = await sampleLoad(nutcracker, row.load, saturating);
  const rate = Math.round(requestsPerSecond / 2);
  const seconds = 2 * setting.effort.cpuSeconds;
  // What a server alone needs is what the load generator itself adds, and the network.
  const all = [...targets, directTarget(backendsOf(row, setting))];
  await preload(all.at(-1)!, row.load);
  const medians = await rounds(row.load, all, setting, (target) => {
    return sample(target, Math.floor(rate * seconds), () => runPaced(target, row.load, rate, seconds));
  });
  return all.map((target) => toLine(row, target, medians.get(target.name)!));
}

async function measureWorkers(row: Row, setting: Setting): Promise<Line[]> {
  const backends = backendsOf(row, setting);
  await PROTOCOLS[row.load.protocol].clear(backends.servers);
  const targets = [await startSennitTarget(backends)];
  try {
    for (const workers of WORKERS) targets.push(await startWorkersTarget(backends, workers));
    await preload(targets[0]!, row.load);
    const medians = await rounds(row.load, targets, setting, (target, requests) => {
      return sampleLoad(target, row.load, requests);
    });
    const alone = medians.get(SENNIT)!.cpuPerRequest;
    return targets.map((target) => {
      const line = toLine(row, target, medians.get(target.name)!);
      return judged(row, { ...line, ratio: line.cpuPerRequest! / alone }, workersName(WORKERS[0]));
    });
  } finally {
    for (const target of targets) await target.stop();
  }
}

async function measureCluster(row: Row, setting: Setting): Promise<Line[]> {
  const backends = backendsOf(row, setting);
  await PROTOCOLS[row.load.protocol].clear(backends.servers);
  await using cluster = await RedisCluster.start({ primaries: backends.servers.length });
  const targets = [await startSennitTarget(backends), await startClusterTarget(cluster.seed)];
  try {
    for (const target of targets) await preload(target, row.load);
    const medians = await rounds(row.load, targets, setting, (target, requests) => {
      return sampleLoad(target, row.load, requests);
    });
    const ring = medians.get(SENNIT)!.cpuPerRequest;
    return targets.map((target) => {
      const line = toLine(row, target, medians.get(target.name)!);
      return judged(row, { ...line, ratio: line.cpuPerRequest! / ring }, CLUSTER);
    });
  } finally {
    for (const target of targets) await target.stop();
  }
}

async function runPaced(target: Target, load: Load, rate: number, seconds: number): Promise<ClientView> {
  const order: PacedOrder = {
    host: target.host,
    port: target.port,
    connections: load.connections,
    requestsPerSecond: rate,
    seconds,
    keys: keyCount(load),
    valueBytes: load.valueBytes,
  };
  const script = `${import.meta.dir}/paced_load.ts`;
  const command = [process.execPath, "--no-install", script, JSON.stringify(order)];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const text = await child.stdout.text();
  if (await child.exited !== 0) throw new Error(`the paced load on ${target.name} failed`);
  return { ...JSON.parse(text), requestsPerSecond: rate };
}

async function measureStartup(row: Row, { startups }: Setting): Promise<Line[]> {
  const ms = await sennitStartup(startups);
  const verdict = { met: ms <= MAX_STARTUP_MS, bar: `≤ ${MAX_STARTUP_MS} ms` };
  return [
    { row: row.name, target: SENNIT, p50: ms, verdict },
    { row: row.name, target: NUTCRACKER, p50: await nutcrackerStartup(startups) },
  ];
}

/** Warms all targets up, then measures them in turn. Shape: medians by name. */
async function rounds(
  load: Load,
  targets: readonly Target[],
  { rounds, effort }: Setting,
  measure: (target: Target, requests: number) => Promise<Sample>,
): Promise<Map<string, Sample>> {
  const runs = [];
  for (const target of targets) {
    const requests = await calibrate(target, load, effort);
    // Not counted: what is measured is a proxy that has been running for a while.
    await sampleLoad(target, load, requests);
    runs.push({ target, requests, samples: [] as Sample[] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { target, requests, samples } of runs) samples.push(await measure(target, requests));
  }
  return new Map(runs.map(({ target, samples }) => [target.name, medianSample(samples)]));
}

function backendsOf({ load }: Row, { backends }: Setting): Backends {
  return backends.get(load.protocol)!;
}

function toLine(row: Row, target: Target, sample: Sample): Line {
  return { row: row.name, target: target.name, ...sample, ...memoryOf(target.pid) };
}

/** The bar is for the line of `target`. */
function judged({ bar }: Row, line: Line, target = SENNIT): Line {
  if (bar === undefined || line.target !== target) return line;
  const { maxRatio, maxPeak } = bar;
  const met = line.ratio! <= maxRatio && (maxPeak === undefined || line.peak! <= maxPeak);
  const memory = maxPeak === undefined ? "" : `, peak ≤ ${maxPeak / 2 ** 20} MB`;
  return { ...line, verdict: { met, bar: `≤ ${maxRatio.toFixed(2)}${memory}` } };
}
