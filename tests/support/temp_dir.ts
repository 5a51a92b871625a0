/** A directory of a test's own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh directory that is gone after `remove`, or at the end of a `using` block. */
export class TempDir implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "sennit-test-"));

  /** A path inside. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Takes the directory away with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
