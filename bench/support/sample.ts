/** One measurement of a target under load: what it used per request, and what its clients saw. */
import type { ClientView, Load } from "./load.ts";
import { median } from "./median.ts";
import { cpuMicros } from "./process_usage.ts";
import { PROTOCOLS } from "./protocol.ts";
import type { Target } from "./target.ts";

/** One measurement. */
export interface Sample extends ClientView {
  /** CPU of the target's process per request. Units: microseconds. */
  readonly cpuPerRequest: number;
}

/** How long measurements are. Units: seconds. */
export interface Effort {
  /** CPU that a target should use in one measurement; /proc counts in steps of a hundredth. */
  readonly cpuSeconds: number;
  /** Time after which that no longer matters. */
  readonly maxSeconds: number;
}

/** Measures a target once, with `requests` requests. */
export async function sampleLoad(target: Target, load: Load, requests: number): Promise<Sample> {
  const { run } = PROTOCOLS[load.protocol];
  return await sample(target, requests, () => run(target.host, target.port, load, requests));
}

/** Measures a target while `run` sends it `requests` requests. */
export async function sample(
  { pid }: Target,
  requests: number,
  run: () => Promise<ClientView>,
): Promise<Sample> {
  const before = cpuMicros(pid);
  const view = await run();
  return { ...view, cpuPerRequest: (cpuMicros(pid) - before) / requests };
}

/** The median of each number by itself. */
export function medianSample(samples: readonly Sample[]): Sample {
  const of = (field: keyof Sample) => median(samples.map((each) => each[field]));
  return {
    cpuPerRequest: of("cpuPerRequest"),
    requestsPerSecond: of("requestsPerSecond"),
    p50: of("p50"),
    p99: of("p99"),
    p999: of("p999"),
  };
}

/** How many requests make a measurement of that effort; found by trying. */
export async function calibrate(target: Target, load: Load, effort: Effort): Promise<number> {
  // With fewer, making the connections would be most of it.
  let requests = load.connections * Math.max(20, 2 * load.pipeline);
  for (;;) {
    const { cpuPerRequest, requestsPerSecond } = await sampleLoad(target, load, requests);
    const seconds = requests / requestsPerSecond;
    const cpuSeconds = cpuPerRequest * requests / 1e6;
    const factor = Math.min(effort.cpuSeconds / cpuSeconds, effort.maxSeconds / seconds);
    // Close enough that going on from here by proportion is no gamble.
    if (factor <= 4) return Math.ceil(requests * factor);
    requests = Math.ceil(requests * Math.min(factor / 2, 10));
  }
}
