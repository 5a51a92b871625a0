/**
 * How this program is started once more. Where it is on disk is found out at once: when another file has taken its
 * place, the system no longer tells.
 */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";

const ON_DISK = Bun.isStandaloneExecutable ? calledBy(process.argv0, process.execPath) : process.execPath;

/** The command line that starts the program that is on disk now. */
export function commandOnDisk(): string[] {
  return Bun.isStandaloneExecutable ? [ON_DISK] : fromSource();
}

/** The command line that starts exactly what is running here, even after another was put in its place on disk. */
export function sameCommand(): string[] {
  if (!Bun.isStandaloneExecutable) return fromSource();
  return [process.platform === "linux" ? `/proc/${process.pid}/exe` : ON_DISK];
}

/** The path by which `executable` was called: a link that is to lead to another version one day is one still. */
export function calledBy(name: string, executable: string): string {
  const path = name.includes("/") ? resolve(name) : Bun.which(name);
  try {
    if (path !== null && realpathSync(path) === executable) return path;
  } catch {
    // It was called by a name that is no path.
  }
  return executable;
}

/** The runtime with the file it was given. */
function fromSource(): string[] {
  return [ON_DISK, ...process.execArgv, Bun.main];
}
