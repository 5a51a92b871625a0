/** redis-benchmark as load generator: its command line, and what its report says. */
import { findProgram } from "../../tests/support/programs.ts";
import { type ClientView, keyCount, type Load } from "./load.ts";

/** Sends `requests` requests as fast as they are answered. Errors: throws when redis-benchmark fails. */
export async function runRedisBenchmark(
  host: string,
  port: number,
  load: Load,
  requests: number,
): Promise<ClientView> {
  const key = "key:__rand_int__";
  const test = load.command === "mget"
    ? ["MGET", ...Array.from({ length: load.keysPerRequest }, () => key)]
    : ["-t", load.command];
  // deno-fmt-ignore
  const command = [
    findProgram("redis-benchmark"), "-h", host, "-p", `${port}`, "-n", `${requests}`, "-c", `${load.connections}`,
    "-P", `${load.pipeline}`, "-d", `${load.valueBytes}`, "-r", `${keyCount(load)}`, "--precision", "3", ...test,
  ];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [report, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if (await child.exited !== 0) throw new Error(`${command.join(" ")} failed: ${complaint}`);
  return readReport(report);
}

/** Reads the numbers out of redis-benchmark's report. Errors: throws when they aren't there. */
export function readReport(report: string): ClientView {
  const rate = /throughput summary: ([\d.]+)/.exec(report);
  const latency = /latency summary \(msec\):\s+avg .*\n\s+([\d. ]+)/.exec(report);
  if (rate === null || latency === null) {
    throw new Error(`no report of redis-benchmark: ${report.slice(-500)}`);
  }
  const [, , p50, , p99] = latency[1]!.trim().split(/\s+/).map(Number);
  return { requestsPerSecond: Number(rate[1]), p50: p50!, p99: p99!, p999: firstBeyond(99.9, report) };
}

/** The report has no line for 99.9 % of its own; the next share that it lists comes close. */
function firstBeyond(share: number, report: string): number {
  for (const [, percent, latency] of report.matchAll(/^([\d.]+)% <= ([\d.]+) milliseconds/gm)) {
    if (Number(percent) >= share) return Number(latency);
  }
  return NaN;
}
