/**
 * Figures in Prometheus' text format, version 0.0.4. There are as many series as pools, servers and workers times
 * their metrics; only the latency histograms multiply servers by the command families that were asked for, of which a
 * protocol has a dozen or so, and by their limits.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, and its naming conventions.
 */
import type { Figures, HistogramCounts, InstanceFigures } from "./figures.ts";
import { countOf, countsBelow, sumOf } from "./histogram.ts";
import type { Metric } from "./metric.ts";
import {
  INSTANCE_METRICS,
  LAG,
  LATENCY,
  POOL_METRICS,
  PREFIX,
  PROCESS_METRICS,
  SERVER_METRICS,
} from "./metrics.ts";

/**
 * Upper limits of the buckets, microseconds: powers of two, because there a bucket of ours begins, and so nothing is
 * estimated. From an eighth of a millisecond to a second by the factor of two, then up to 17 seconds.
 */
const LIMITS = [...Array.from({ length: 14 }, (_, i) => 2 ** (i + 7)), 2 ** 22, 2 ** 24];

type Labels = Readonly<Record<string, string>>;

/** One figure of one object. */
interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Everything of one name. */
interface Series {
  readonly kind: string;
  readonly help: string;
  readonly lines: string[];
}

/** The text; its lines end with line feeds. */
export function renderPrometheus(instance: InstanceFigures): string {
  const page = new Page();
  page.add("build_info", "gauge", "what runs", [{ labels: { version: instance.version }, value: 1 }]);
  page.add("start_time_seconds", "gauge", "when it was started; seconds since 1970", [
    { labels: {}, value: instance.startedAtMs / 1000 },
  ]);
  page.addFigures(INSTANCE_METRICS, [[{}, instance.figures]]);
  const workers = Object.entries(instance.workers);
  page.addFigures(PROCESS_METRICS, workers.map(([worker, { figures }]) => [{ worker }, figures]));
  page.addHistograms(LAG, workers.map(([worker, { lag }]) => [{ worker }, lag]));
  const pools = Object.entries(instance.pools);
  page.addFigures(POOL_METRICS, pools.map(([pool, { figures }]) => [{ pool }, figures]));
  const servers = pools.flatMap(([pool, { servers }]) =>
    Object.entries(servers).map(([server, figures]) => ({ ...figures, labels: { pool, server } }))
  );
  page.addFigures(SERVER_METRICS, servers.map(({ labels, figures }) => [labels, figures]));
  page.addHistograms(
    LATENCY,
    servers.flatMap(({ labels, latency }) =>
      Object.entries(latency).map(([family, counts]) => [{ ...labels, family }, counts] as const)
    ),
  );
  return page.toString();
}

/** Keeps together what has the same name, as the format wants it. */
class Page {
  readonly #series = new Map<string, Series>();

  add(name: string, kind: string, help: string, samples: readonly Sample[]): void {
    const { lines } = this.#begin(name, kind, help);
    for (const { labels, value } of samples) lines.push(line(name, labels, value));
  }

  /** What an object doesn't know is left out. */
  addFigures(
    metrics: Readonly<Record<string, Metric>>,
    objects: readonly (readonly [labels: Labels, figures: Figures])[],
  ): void {
    for (const [name, { prometheus, kind, help, labels, scale }] of Object.entries(metrics)) {
      const known = objects.filter(([, figures]) => name in figures);
      if (known.length === 0) continue;
      const samples = known.map(([own, figures]) => ({
        labels: { ...own, ...labels },
        value: figures[name]! * scale,
      }));
      this.add(prometheus, kind, help, samples);
    }
  }

  addHistograms(
    { prometheus: name, help }: { readonly prometheus: string; readonly help: string },
    histograms: readonly (readonly [labels: Labels, counts: HistogramCounts])[],
  ): void {
    if (histograms.length === 0) return;
    const { lines } = this.#begin(name, "histogram", help);
    for (const [labels, counts] of histograms) {
      const below = countsBelow(counts, LIMITS);
      const total = countOf(counts);
      for (const [i, limit] of LIMITS.entries()) {
        lines.push(line(`${name}_bucket`, { ...labels, le: String(limit / 1e6) }, below[i]!));
      }
      lines.push(line(`${name}_bucket`, { ...labels, le: "+Inf" }, total));
      lines.push(line(`${name}_sum`, labels, sumOf(counts) / 1e6), line(`${name}_count`, labels, total));
    }
  }

  toString(): string {
    const blocks = [...this.#series].map(([name, { kind, help, lines }]) =>
      `# HELP ${PREFIX}${name} ${escapeHelp(help)}\n# TYPE ${PREFIX}${name} ${kind}\n${lines.join("")}`
    );
    return blocks.join("");
  }

  #begin(name: string, kind: string, help: string): Series {
    let series = this.#series.get(name);
    if (series === undefined) {
      series = { kind, help, lines: [] };
      this.#series.set(name, series);
    }
    return series;
  }
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${PREFIX}${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
