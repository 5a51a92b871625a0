/** When a process was started: what tells it from an earlier one that had the same id. */
import { readFileSync } from "node:fs";

/** Clock ticks per second in what Linux tells about processes, on every architecture. */
const TICKS = 100;

/** Which of the fields behind the process's name counts ticks since the system's start. Source: proc(5). */
const START_FIELD = 19;

/**
 * When `pid` was started, or a little earlier, in milliseconds since 1970; null when it has ended, or where that can't
 * be learned.
 */
export function startedAt(pid: number): number | null {
  try {
    // Before the rest is read, however long that takes: what it gives must not be later than the truth.
    const nowMs = Date.now();
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name may hold spaces and parentheses of its own.
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return null;
    const ticks = Number(fields[START_FIELD]);
    const uptime = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
    return nowMs - (uptime + 1 / TICKS - ticks / TICKS) * 1000;
  } catch {
    return null;
  }
}
