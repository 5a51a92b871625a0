/**
 * Figures as nutcracker's statistics port gives them: the same keys in the same order, ours behind them. Collectors
 * take every object for a pool or a server, so all of ours are plain numbers.
 */
import { allLatency } from "./add_figures.ts";
import type { Figures, HistogramCounts, InstanceFigures, PoolFigures, ServerFigures } from "./figures.ts";
import { countOf, quantileOf } from "./histogram.ts";
import type { Metric } from "./metric.ts";
import { INSTANCE_METRICS, POOL_METRICS, SERVER_METRICS } from "./metrics.ts";

/** The latencies that are shown, by their keys. */
const QUANTILES = { latency_p50_us: 0.5, latency_p99_us: 0.99, latency_p999_us: 0.999 };

/** One JSON object; `source` is what the machine is called. */
export function renderNutcracker(instance: InstanceFigures, source: string): Record<string, unknown> {
  return {
    service: "nutcracker",
    source,
    version: instance.version,
    uptime: Math.floor((instance.nowMs - instance.startedAtMs) / 1000),
    timestamp: Math.floor(instance.nowMs / 1000),
    ...numbers(instance.figures, INSTANCE_METRICS),
    ...mapValues(instance.pools, renderPool),
  };
}

function renderPool({ figures, servers }: PoolFigures): Record<string, unknown> {
  return {
    ...numbers(figures, POOL_METRICS),
    ...latency(allLatency(Object.values(servers))),
    ...mapValues(servers, renderServer),
  };
}

function renderServer(server: ServerFigures): Record<string, number> {
  return { ...numbers(server.figures, SERVER_METRICS), ...latency(allLatency([server])) };
}

/** nutcracker's figures are there whether they are known or not. */
function numbers(figures: Figures, metrics: Readonly<Record<string, Metric>>): Record<string, number> {
  const shown = Object.entries(metrics).filter(([name, { nutcracker }]) => nutcracker || name in figures);
  return Object.fromEntries(shown.map(([name]) => [name, figures[name] ?? 0]));
}

/** In microseconds; nothing where nothing was asked. */
function latency(counts: HistogramCounts): Record<string, number> {
  if (countOf(counts) === 0) return {};
  return mapValues(QUANTILES, (q) => Math.round(quantileOf(counts, q)));
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
