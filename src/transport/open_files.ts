/** How many files this process may have open. The runtime raises its soft limit to the hard one when it starts. */
import { readFileSync } from "node:fs";

/** Where the limit can't be learned, as little as any system allows. */
const FALLBACK = 256;

/** The limit on open descriptors, sockets included. */
export function openFilesLimit(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"));
    return limit === null ? FALLBACK : Number(limit[1]);
  } catch {
    return limitFromShell();
  }
}

function limitFromShell(): number {
  try {
    const text = Bun.spawnSync(["sh", "-c", "ulimit -n"]).stdout.toString().trim();
    return text === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(text) || FALLBACK;
  } catch {
    return FALLBACK;
  }
}
