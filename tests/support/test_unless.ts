/** Tests of what not every machine has. */
import { test } from "bun:test";

/** `test`; or, with a reason why it can't be run here, a test that is skipped, is counted, and says why. */
export function testUnless(reason: string | null): (title: string, work: () => void | Promise<void>) => void {
  if (reason === null) return (title, work) => test(title, work);
  return (title, work) => test.skip(`${title} [skipped: ${reason}]`, work);
}
