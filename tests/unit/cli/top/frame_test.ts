import { describe, expect, test } from "bun:test";
import { duration, elapsed, frame, short } from "../../../../src/cli/top/frame.ts";
import type { Row, View } from "../../../../src/cli/top/view.ts";

function row(name: string, facts: Partial<Row> = {}): Row {
  return {
    name,
    state: "live",
    requests: 0,
    p50: NaN,
    p99: NaN,
    errors: 0,
    waiting: 0,
    connections: 1,
    ...facts,
  };
}

function view(servers: Row[]): View {
  const pool = row("cache (redis)", { state: "2/2 live", requests: 12_345, p50: 0.00034, p99: 0.0042 });
  return {
    version: "1.0.0",
    upSeconds: 3723,
    workers: 2,
    cpu: 0.345,
    residentBytes: 64e6,
    clients: 1200,
    received: 1.5e6,
    sent: 0,
    pools: [{ pool, servers }],
  };
}

describe("frame", () => {
  test("fits 80 columns to the letter", () => {
    const lines = frame(view([row("alpha", { errors: 2.5 }), row(`${"x".repeat(60)}`)]), 80, 24);
    expect(lines).toEqual([
      "Sennit 1.0.0  up 1h02m  workers 2  cpu 35%  memory 64.0MB",
      "clients 1.2k  requests 12.3k/s  in 1.5MB/s  out 0B/s",
      "",
      "POOL / SERVER                STATE    REQ/S     P50     P99  ERR/S   WAIT   CONN",
      "cache (redis)             2/2 live    12.3k   340us   4.2ms      0      0      1",
      "  alpha                       live        0       -       -      3      0      1",
      "  xxxxxxxxxxxxxxxxxxxxx…      live        0       -       -      0      0      1",
    ]);
  });

  for (const width of [60, 80, 133]) {
    test(`is never wider than ${width}`, () => {
      const lines = frame(view([row("a", { requests: 999_999, waiting: 1e9 })]), width, 24);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    });
  }

  test("says how many lines have no room", () => {
    const servers = Array.from({ length: 30 }, (_, i) => row(`s${i}`));
    const lines = frame(view(servers), 80, 10);
    expect([lines.length, lines.at(-1)]).toEqual([10, "… and 26 more lines"]);
  });
});

test("numbers take five characters at most", () => {
  const shown = [0, 0.26, 0.97, 7.4, 999, 999.6, 1000, 12_345, 99_960, 123_456, 999_600, 4.12e6, 9e12];
  expect(shown.map(short)).toEqual(
    ["0", "0.3", "1", "7", "999", "1.0k", "1.0k", "12.3k", "100k", "123k", "1.0M", "4.1M", "9.0T"],
  );
});

test("durations and times since are short", () => {
  expect([NaN, 0.0000004, 0.00034, 0.0012, 0.0999, 0.25, 3].map(duration)).toEqual(
    ["-", "0us", "340us", "1.2ms", "99.9ms", "250ms", "3.0s"],
  );
  expect([0, 12, 185, 7627, 443_000].map(elapsed)).toEqual(["0s", "12s", "3m05s", "2h07m", "5d03h"]);
});
