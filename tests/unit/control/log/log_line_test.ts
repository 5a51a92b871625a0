import { describe, expect, test } from "bun:test";
import { formatEntry } from "../../../../src/control/log/log_line.ts";
import type { Facts } from "../../../../src/proxy/mod.ts";

const TIME = new Date("2026-01-02T03:04:05.678Z");

function text(facts: Facts): string {
  return formatEntry({ time: TIME, level: "warn", event: "client.closed", facts }, "text");
}

function json(facts: Facts): string {
  return formatEntry({ time: TIME, level: "warn", event: "client.closed", facts }, "json");
}

/** Values that try to be more than a value. */
const HOSTILE = [
  "a\n2026-01-02T03:04:05.678Z notice started",
  "a\r\nb",
  "a b=c",
  'quote " and \\',
  "\x1b[2J\x1b[31mred",
  "\x7f\x80\x9b31m",
  "line\u2028paragraph\u2029end",
  "\u202egnp.exe",
  "\u0000",
  "\ud800 alone",
  "",
];

describe("formatEntry", () => {
  test("writes words bare and everything else in quotes, as text", () => {
    expect(text({ pool: "cache", server: "10.0.0.1:6379", n: 3, reason: "no route", empty: "" })).toBe(
      "2026-01-02T03:04:05.678Z warn client.closed" +
        ' pool=cache server=10.0.0.1:6379 n=3 reason="no route" empty=""\n',
    );
  });

  test("writes one object with time, level and event before the facts, as JSON", () => {
    expect(json({ pool: "cache", n: 3 })).toBe(
      '{"time":"2026-01-02T03:04:05.678Z","level":"warn","event":"client.closed","pool":"cache","n":3}\n',
    );
  });

  test("doesn't let a fact stand for the time, the level or the event, as JSON", () => {
    const facts = { time: "x", level: "error", event: "started", pool: "p" };
    expect(JSON.parse(json(facts))).toEqual({
      time: TIME.toISOString(),
      level: "warn",
      event: "client.closed",
      pool: "p",
    });
  });

  test.each(HOSTILE)("keeps %j on one line of plain characters, and whole", (value) => {
    for (const line of [text({ reason: value }), json({ reason: value })]) {
      expect(line.slice(0, -1)).toMatch(/^[ -~]+$/);
      expect(line.endsWith("\n")).toBe(true);
    }
    expect(JSON.parse(json({ reason: value })).reason).toBe(value);
    expect(JSON.parse(text({ reason: value }).split("reason=")[1]!)).toBe(value);
  });

  test("keeps letters of other scripts readable", () => {
    expect(text({ pool: "größe 鍵" })).toEndWith('pool="größe 鍵"\n');
  });

  test("cuts a value that is too long for a line", () => {
    expect(text({ reason: "x".repeat(100_000) }).length).toBeLessThan(1100);
  });
});
