import { expect, test } from "bun:test";
import { readSamples } from "../../../../src/cli/top/samples.ts";
import { renderPrometheus } from "../../../../src/stats/mod.ts";

test("reads names, labels with anything in them, and values", () => {
  const text = [
    "# HELP a what a is",
    "a 1.5",
    'b{pool="x",le="+Inf"} 2',
    'b{pool="say \\"hi\\"\\\\,}\\n",le="0.1"} +Inf',
    "not a sample at all",
    "",
  ].join("\n");
  expect([...readSamples(text)]).toEqual([
    ["a", [{ labels: {}, value: 1.5 }]],
    ["b", [
      { labels: { pool: "x", le: "+Inf" }, value: 2 },
      { labels: { pool: 'say "hi"\\,}\n', le: "0.1" }, value: Infinity },
    ]],
  ]);
});

test("reads every line that the proxy writes", () => {
  const text = renderPrometheus({
    version: "1",
    pid: 1,
    startedAtMs: 0,
    nowMs: 1000,
    figures: { workers: 1 },
    pools: {
      'a "pool"': {
        protocol: "redis",
        figures: { requests: 3 },
        servers: { "[::1]:1": { figures: { requests: 3 }, latency: { string: [0, 1, 2] } } },
      },
    },
    workers: {},
  });
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = readSamples(text);
  expect([...samples.values()].reduce((sum, each) => sum + each.length, 0)).toBe(lines.length);
  expect(samples.get("sennit_requests_total")).toEqual([{ labels: { pool: 'a "pool"' }, value: 3 }]);
});
