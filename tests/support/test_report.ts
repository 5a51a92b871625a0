/** Counts of tests, and where they come from: the JUnit report of a run. */

/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The counts of one run of the test runner.
 *
 * Shape: at least one failure when the runner failed as a whole, whatever the report says or if there is none.
 */
export function countTests(report: string | null, exitCode: number): Counts {
  const totals = /<testsuites\b[^>]*>/.exec(report ?? "")?.[0] ?? "";
  const attribute = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const failures = attribute("failures");
  const skipped = attribute("skipped");
  const passed = attribute("tests") - failures - skipped;
  const failed = failures === 0 && (exitCode !== 0 || passed + skipped === 0) ? 1 : failures;
  return { passed, failed, skipped };
}

/** The sum of several runs. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = (of: (counts: Counts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  return {
    passed: sum((each) => each.passed),
    failed: sum((each) => each.failed),
    skipped: sum((each) => each.skipped),
  };
}

/** The counts as one line for people and programs. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
