/** The open files of a process, to see that none are left behind. */
import { readdirSync } from "node:fs";

/** How many descriptors a process has open; of this one when none is named. Linux only. */
export function openFiles(pid: number | "self" = "self"): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
