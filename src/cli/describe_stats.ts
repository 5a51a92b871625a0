/** `-D`: what the figures mean, as their declarations say it. */
import {
  INSTANCE_METRICS,
  type Metric,
  POOL_METRICS,
  PROCESS_METRICS,
  SERVER_METRICS,
} from "../stats/mod.ts";

const INTRODUCTION = [
  "The figures on nutcracker's statistics port and at /stats of the admin endpoint; /metrics has them too, in",
  "Prometheus' form. nutcracker does not have those marked *.",
];

const SCOPES = [
  { title: "Of the proxy:", metrics: INSTANCE_METRICS },
  { title: "Of a pool:", metrics: POOL_METRICS },
  { title: "Of a server:", metrics: SERVER_METRICS },
  { title: "Of a worker, in Prometheus' form only:", metrics: PROCESS_METRICS },
];

const LATENCY_TITLE = "Of a pool and of a server, once there was a reply:";
const LATENCY = {
  latency_p50_us: "half of the replies took no longer; microseconds",
  latency_p99_us: "99 of 100 replies took no longer",
  latency_p999_us: "999 of 1000 replies took no longer",
};

/** All figures, by whose they are. */
export function describeStats(): string {
  const scopes = SCOPES.map(({ title, metrics }) => [title, ...Object.entries(metrics).map(describe)]);
  const latency = Object.entries(LATENCY).map(([name, meaning]) => row(name, true, meaning));
  return [INTRODUCTION, ...scopes, [LATENCY_TITLE, ...latency]].map((lines) => lines.join("\n")).join("\n\n");
}

function describe([name, { help, detail, nutcracker }]: [string, Metric]): string {
  return row(name, !nutcracker, help + detail);
}

function row(name: string, isOurs: boolean, meaning: string): string {
  return `  ${(isOurs ? `${name} *` : name).padEnd(WIDTH)}  ${meaning}`;
}

const WIDTH = 2 +
  Math.max(...SCOPES.flatMap(({ metrics }) => Object.keys(metrics)).map(({ length }) => length));
