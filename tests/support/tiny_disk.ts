/** A disk that is soon full: a tmpfs of a few pages. It takes root and Linux to make one. */
import { TempDir } from "./temp_dir.ts";

/** Why there can be no such disk here, or null when there can. */
export function reasonWithoutTinyDisk(): string | null {
  try {
    new TinyDisk(64 * 1024)[Symbol.dispose]();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A mounted disk of so many bytes; unmounted by `using`. */
export class TinyDisk implements Disposable {
  readonly #dir = new TempDir();

  constructor(bytes: number) {
    const options = ["-t", "tmpfs", "-o", `size=${bytes}`, "none", this.#dir.path];
    const { success, stderr } = run("mount", options);
    if (success) return;
    this.#dir.remove();
    throw new Error(`mount: ${stderr}`);
  }

  /** A path on the disk. */
  file(name: string): string {
    return this.#dir.file(name);
  }

  [Symbol.dispose](): void {
    run("umount", ["-l", this.#dir.path]);
    this.#dir.remove();
  }
}

function run(program: string, args: string[]): { success: boolean; stderr: string } {
  if (process.platform !== "linux" || Bun.which(program) === null) {
    return { success: false, stderr: "not here" };
  }
  const { success, stderr } = Bun.spawnSync([program, ...args], { stdout: "ignore", stderr: "pipe" });
  return { success, stderr: stderr.toString().trim() };
}
