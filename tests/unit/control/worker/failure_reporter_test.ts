import { describe, expect, test } from "bun:test";
import { FailureReporter } from "../../../../src/control/worker/failure_reporter.ts";
import type { SupervisorApi } from "../../../../src/control/worker/worker_api.ts";
import type { Backend } from "../../../../src/proxy/mod.ts";

/** A reporter, what it has told, and a server with so many replies on its lanes. */
function setup() {
  const told: unknown[][] = [];
  const supervisor = {
    serverFailed: (...failure: unknown[]) => told.push(failure),
    serverReady: (...server: unknown[]) => told.push(["ready", ...server]),
  } as unknown as SupervisorApi;
  const lanes = [{ replies: 0 }, { replies: 0 }];
  const backend = {
    server: { name: "a" },
    get replies() {
      return lanes.reduce((sum, lane) => sum + lane.replies, 0);
    },
  } as unknown as Backend;
  return { reporter: new FailureReporter("pool", supervisor), told, lanes, backend };
}

describe("FailureReporter", () => {
  test("counts failures in a row, and a reply on any lane ends the row", () => {
    const { reporter, told, lanes, backend } = setup();
    for (const replies of [0, 0, 0]) {
      lanes[0]!.replies += replies;
      reporter.backendFailed(backend, "ECONNREFUSED");
    }
    lanes[1]!.replies++;
    reporter.backendFailed(backend, "EOF");
    reporter.backendFailed(backend, "EOF");
    expect(told).toEqual([
      ["pool", "a", "ECONNREFUSED", 1],
      ["pool", "a", "ECONNREFUSED", 2],
      ["pool", "a", "ECONNREFUSED", 3],
      ["pool", "a", "EOF", 1],
      ["pool", "a", "EOF", 2],
    ]);
  });

  test("tells of a server that is connected again only when it had failed, and forgets what is forgiven", () => {
    const { reporter, told, backend } = setup();
    reporter.backendReady(backend);
    reporter.backendFailed(backend, "EOF");
    reporter.backendReady(backend);
    reporter.forgive(backend);
    reporter.backendReady(backend);
    reporter.backendFailed(backend, "EOF");
    expect(told).toEqual([["pool", "a", "EOF", 1], ["ready", "pool", "a"], ["pool", "a", "EOF", 1]]);
  });

  test("tells less often than a server fails that fails all the time, but not another number", () => {
    const { reporter, told, backend } = setup();
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) reporter.backendFailed(backend, "EOF");
    const elapsed = performance.now() - start;
    expect(told.length).toBeGreaterThanOrEqual(20);
    expect(told.length).toBeLessThanOrEqual(22 + elapsed / 50);
    expect(told.slice(0, 20).map(([, , , streak]) => streak)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(told.at(-1)![3]).toBeLessThanOrEqual(100_000);
  });
});
