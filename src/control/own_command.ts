/** How this program starts itself again. */

/** Where this program's own file can be found even after another was put in its place on disk. */
const THIS_VERY_FILE = "/proc/self/exe";

/** The command line that starts the program that is on disk now. */
export function commandOnDisk(): string[] {
  return Bun.isStandaloneExecutable ? [process.execPath] : fromSource();
}

/** The command line that starts exactly what is running here; a helper process must be of the same version. */
export function sameCommand(): string[] {
  if (!Bun.isStandaloneExecutable) return fromSource();
  return [
    process.platform === "linux" ? THIS_VERY_FILE.replace("self", String(process.pid)) : process.execPath,
  ];
}

function fromSource(): string[] {
  return [process.execPath, "--no-install", "run", process.argv[1]!];
}
