import { describe, expect, test } from "bun:test";
import { Repeats } from "../../../../src/control/log/repeats.ts";
import type { Facts } from "../../../../src/proxy/mod.ts";

/** What was written: events let through, and those that sum up. */
function recorder() {
  const written: [string, Facts][] = [];
  const repeats = new Repeats<string>((event, facts) => written.push([event, facts]));
  const report = (event: string, facts: Facts, now: number) => {
    if (repeats.admits(event, facts, now)) written.push([event, facts]);
  };
  return { written, repeats, report };
}

describe("Repeats", () => {
  test("lets the first ten of a kind through and sums up the others when the window ends", () => {
    const { written, repeats, report } = recorder();
    const facts = { pool: "a", server: "s", reason: "refused", client: "c" };
    for (let i = 0; i < 133; i++) report("server.failed", facts, 1000 + i);
    expect(written).toEqual(new Array(10).fill(["server.failed", facts]));
    repeats.tick(10_999);
    expect(written.length).toBe(10);
    repeats.tick(11_000);
    const summary = { pool: "a", server: "s", reason: "refused", suppressed: 123 };
    expect(written.slice(10)).toEqual([["server.failed", summary]]);
    repeats.tick(99_000);
    expect(written.length).toBe(11);
  });

  test("begins a new window with the next event, though nobody ticks", () => {
    const { written, report } = recorder();
    for (let i = 0; i < 12; i++) report("x", {}, 0);
    report("x", {}, 10_000);
    expect(written.slice(10)).toEqual([["x", { suppressed: 2 }], ["x", {}]]);
  });

  test("tells names, pools, servers and reasons apart, but not the numbers and quoted parts of a reason", () => {
    const { written, report } = recorder();
    const kinds: [string, Facts][] = [
      ["x", {}],
      ["y", {}],
      ["x", { pool: "a" }],
      ["x", { pool: "b" }],
      ["x", { pool: "a", server: "s" }],
      ["x", { pool: "a", server: "s", reason: "refused" }],
      ["x", { pool: "a", server: "s", reason: "reset" }],
    ];
    for (let i = 0; i < 30; i++) for (const [event, facts] of kinds) report(event, facts, 0);
    expect(written.length).toBe(10 * kinds.length);
    for (let i = 0; i < 30; i++) report("z", { reason: `command "${i}" has ${i} bytes` }, 0);
    expect(written.length).toBe(10 * kinds.length + 10);
  });

  test("never holds back what has an id, nor what sums up already", () => {
    const { written, report } = recorder();
    for (let i = 0; i < 30; i++) {
      report("config.reloaded", { id: i }, 0);
      report("client.lost", { suppressed: 5 }, 0);
    }
    expect(written.length).toBe(60);
  });

  test("holds back per name once there are too many kinds, and says how many", () => {
    const { written, repeats, report } = recorder();
    for (let i = 0; i < 600; i++) report("x", { pool: "p", server: `s${i}` }, 0);
    report("y", { server: "one more" }, 0);
    expect(written.length).toBe(512 + 10 + 1);
    repeats.flush();
    expect(written.slice(-1)).toEqual([["x", { suppressed: 600 - 512 - 10 }]]);
  });
});
