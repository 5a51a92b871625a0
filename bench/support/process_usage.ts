/** What a process and those it started have used so far, as Linux counts it. */
import { readFileSync } from "node:fs";

/** Microseconds in one of the ticks in which /proc counts: USER_HZ is 100 on every Linux. */
const TICK_MICROS = 10_000;

/** A process and all below it. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** CPU time of all threads of all processes, user and system. Units: microseconds, in steps of 10 ms. Source: proc(5). */
export function cpuMicros(pid: number): number {
  return family(pid).reduce((sum, each) => sum + cpuOf(each), 0);
}

function cpuOf(pid: number): number {
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

/** The memory of all processes, what they share counted for each. Source: proc(5), VmRSS and VmHWM. */
export function memoryOf(pid: number): Memory {
  const each = family(pid).map(memoryOfOne);
  return {
    resident: each.reduce((sum, { resident }) => sum + resident, 0),
    peak: each.reduce((sum, { peak }) => sum + peak, 0),
  };
}

function memoryOfOne(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  return { resident: field("VmRSS"), peak: field("VmHWM") };
}
