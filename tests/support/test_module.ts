/** A module for redis-server, compiled when a test first wants it: commands that no version of Redis has. */
import { resolve } from "node:path";
import { findProgram } from "./programs.ts";
import { TempDir } from "./temp_dir.ts";

const SOURCE = resolve(import.meta.dir, "test_module.c");

/** A compiled module; its file is there until this is disposed of. */
export class TestModule implements Disposable {
  readonly path: string;
  readonly #dir = new TempDir();

  /** Compiles it. Errors: throws with what the compiler says. */
  constructor() {
    this.path = this.#dir.file("mod.so");
    const { success, stderr } = Bun.spawnSync(
      [findProgram("gcc"), "-shared", "-fPIC", "-o", this.path, SOURCE],
      { stderr: "pipe" },
    );
    if (!success) throw new Error(`the module can't be compiled: ${stderr}`);
  }

  [Symbol.dispose](): void {
    this.#dir.remove();
  }
}
