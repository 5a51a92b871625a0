/**
 * The test task: brings in the servers that tests need, runs the named groups of tests, or all of them with the
 * slowest last, and ends with the line `N passed, N failed, N skipped`.
 *
 * Run: node_modules/.bin/bun --no-install run tests/support/run.ts all|GROUP…
 * A group is a folder of tests/, or a file `GROUP_test.ts` in it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { installPrograms } from "./install_programs.ts";
import { PATH } from "./programs.ts";
import { SEED } from "./seed.ts";
import { TempDir } from "./temp_dir.ts";
import { type Counts, countTests, formatCounts, sumCounts } from "./test_report.ts";

const ROOT = resolve(import.meta.dir, "../..");
const TEST_TIMEOUT_MS = 20_000;
/** After this long whatever still runs is ended and counts as failed. */
const RUN_TIMEOUT_MS = 14 * 60_000;
/** Groups that are run behind all others. */
const LAST = ["e2e"];

const deadline = performance.now() + RUN_TIMEOUT_MS;
const names = process.argv.slice(2);
if (names.length === 0) throw new Error("which tests? all, or groups such as: unit property conformance e2e");

installPrograms();
const counts: Counts[] = [];
for (const group of names.includes("all") ? allGroups() : names) counts.push(await runGroup(group));
const total = sumCounts(counts);
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`\n${formatCounts(total)}`);

function allGroups(): string[] {
  const files = Array.from(new Bun.Glob("tests/**/*_test.{ts,tsx}").scanSync(ROOT));
  const groups = new Set(files.map((file) => file.split("/")[1]!.replace(/_test\.tsx?$/, "")));
  return [...groups].sort((a, b) => LAST.indexOf(a) - LAST.indexOf(b) || (a < b ? -1 : 1));
}

/** Runs one group in a process of its own, so that it can take down no other. */
async function runGroup(group: string): Promise<Counts> {
  console.log(`\n# ${group}`);
  using dir = new TempDir();
  const report = dir.file("junit.xml");
  const folder = `./tests/${group}`;
  const path = existsSync(join(ROOT, folder)) ? folder : `${folder}_test.ts`;
  // deno-fmt-ignore
  const child = Bun.spawn([
    process.execPath, "--no-install", "test", "--timeout", String(TEST_TIMEOUT_MS),
    "--reporter", "junit", "--reporter-outfile", report, path,
  ], {
    cwd: ROOT,
    env: { ...process.env, PATH, SEED: String(SEED) },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: Math.max(1, Math.round(deadline - performance.now())),
    killSignal: "SIGKILL",
  });
  const exitCode = await child.exited;
  if (child.signalCode !== null) console.log(`# ${group} was ended by ${child.signalCode}`);
  return countTests(existsSync(report) ? readFileSync(report, "utf8") : null, exitCode);
}
