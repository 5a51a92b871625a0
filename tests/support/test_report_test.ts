import { expect, test } from "bun:test";
import { countTests, formatCounts, sumCounts } from "./test_report.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="10" assertions="12" failures="2" skipped="3" time="0.03">
  <testsuite name="a_test.ts" tests="4" failures="1" skipped="2">`;

test("countTests reads the totals", () => {
  expect(countTests(REPORT, 1)).toEqual({ passed: 5, failed: 2, skipped: 3 });
});

test("countTests gives one failure when the runner failed and the report shows none", () => {
  const report = REPORT.replace('failures="2"', 'failures="0"');
  expect(countTests(report, 1)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  expect(countTests(report, 0)).toEqual({ passed: 7, failed: 0, skipped: 3 });
});

test("countTests gives one failure when there is no report or no test", () => {
  expect(countTests(null, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countTests(null, 0).failed).toBe(1);
  expect(countTests('<testsuites tests="0" failures="0" skipped="0">', 0).failed).toBe(1);
});

test("formatCounts writes a sum as the line that the test task ends with", () => {
  const sum = sumCounts([{ passed: 1, failed: 0, skipped: 2 }, { passed: 10, failed: 3, skipped: 0 }]);
  expect(formatCounts(sum)).toBe("11 passed, 3 failed, 2 skipped");
});
