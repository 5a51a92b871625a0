/** What a metric is: everything a rendering must know about a figure. `metrics.ts` declares them. */

/** Whose figure it is. */
export type Scope =
  /** The proxy's as a whole. */
  | "instance"
  /** One worker's. */
  | "process"
  | "pool"
  | "server";

/** The declaration of one figure. */
export interface Metric {
  /** Only grows while the process lives. */
  readonly kind: "counter" | "gauge";
  /** Name in Prometheus, without the prefix that all have. Figures of one name differ in their labels. */
  readonly prometheus: string;
  /** What it tells, in a few words; the same for all figures of the name. */
  readonly help: string;
  /** Labels beside those of its scope. */
  readonly labels: Readonly<Record<string, string>>;
  /** What else there is to say outside of Prometheus, following on from `help`: what the labels mean, the unit. */
  readonly detail: string;
  /** Prometheus wants base units: the figure times this. */
  readonly scale: number;
  /** What the figures of several workers make together. */
  readonly together: "sum" | "most" | "least";
  /** Whether nutcracker has it too, by the same name. */
  readonly nutcracker: boolean;
}

/** What only some metrics have to say. */
type Special = Partial<Pick<Metric, "labels" | "detail" | "scale" | "together">>;

/** A figure that only grows. */
export function counter(prometheus: string, help: string, special: Special = {}): Metric {
  return { ...PLAIN, kind: "counter", prometheus, help, ...special };
}

/** A figure that goes up and down. */
export function gauge(prometheus: string, help: string, special: Special = {}): Metric {
  return { ...PLAIN, kind: "gauge", prometheus, help, ...special };
}

/** The same figures, known to be nutcracker's. */
export function asInNutcracker<Name extends string>(
  metrics: Readonly<Record<Name, Metric>>,
): Record<Name, Metric> {
  const entries = Object.entries<Metric>(metrics).map(([name, metric]) => [
    name,
    { ...metric, nutcracker: true },
  ]);
  return Object.fromEntries(entries);
}

const PLAIN = { labels: {}, detail: "", scale: 1, together: "sum", nutcracker: false } as const;
