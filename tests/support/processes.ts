/** The processes of this machine, as `ps` tells them. */

/** The children of a process, those included that have ended and not been looked after (`Z`). */
export function childrenOf(pid: number): { readonly pid: number; readonly state: string }[] {
  const { stdout } = Bun.spawnSync(["ps", "-o", "pid=,state=", "--ppid", String(pid)]);
  return stdout.toString().split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [child, state] = line.trim().split(/\s+/) as [string, string];
    return { pid: Number(child), state };
  });
}

/** Their process ids. */
export function childPids(pid: number): number[] {
  return childrenOf(pid).map((child) => child.pid);
}

/** Whether a process is there and has not ended. */
export function isAlive(pid: number): boolean {
  const { stdout } = Bun.spawnSync(["ps", "-o", "state=", "-p", String(pid)]);
  const state = stdout.toString().trim();
  return state !== "" && !state.startsWith("Z");
}
