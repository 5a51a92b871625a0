/** How this program is started once more. */

/** The command line that starts the program that is on disk now. */
export function commandOnDisk(): string[] {
  return Bun.isStandaloneExecutable ? [process.execPath] : fromSource();
}

/** The command line that starts exactly what is running here, even after another was put in its place on disk. */
export function sameCommand(): string[] {
  if (!Bun.isStandaloneExecutable) return fromSource();
  return [process.platform === "linux" ? `/proc/${process.pid}/exe` : process.execPath];
}

/** The runtime with the file it was given. */
function fromSource(): string[] {
  return [process.execPath, ...process.execArgv, Bun.main];
}
