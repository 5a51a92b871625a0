/** What a process has used so far, as Linux counts it. */
import { readFileSync } from "node:fs";

/** Microseconds in one of the ticks in which /proc counts: USER_HZ is 100 on every Linux. */
const TICK_MICROS = 10_000;

/** CPU time of all threads, user and system. Units: microseconds, in steps of 10 ms. Source: proc(5). */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [utime, stime] = [Number(fields[11]), Number(fields[12])];
  return (utime + stime) * TICK_MICROS;
}

/** Resident memory now and at its highest so far. */
export interface Memory {
  /** Units: bytes. */
  readonly resident: number;
  /** Units: bytes. */
  readonly peak: number;
}

/** A process's memory. Source: proc(5), VmRSS and VmHWM. */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  return { resident: field("VmRSS"), peak: field("VmHWM") };
}
