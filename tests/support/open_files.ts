/** The open files of a process, to see that none are left behind. */
import { readdirSync, readlinkSync } from "node:fs";

/** How many descriptors a process has open; of this one when none is named. Linux only. */
export function openFiles(pid: number | "self" = "self"): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** What they are, such as `socket:[123]`; for messages. */
export function openFileNames(pid: number | "self" = "self"): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      // It was that of the folder itself.
      return [];
    }
  }).sort();
}
