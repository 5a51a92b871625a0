/**
 * What an event looks like in the log: `time level event key=value …`, or the same as one JSON object. Values come
 * from clients and servers, so whatever could pass for another line, or steer a terminal, is escaped.
 */
import type { Facts } from "../../proxy/mod.ts";

/** How lines are written. */
export type LogFormat = "text" | "json";

/** An event, ready to be written. */
export interface LogEntry {
  readonly time: Date;
  /** The level's name. */
  readonly level: string;
  readonly event: string;
  readonly facts: Facts;
}

/** Longest value; a line must stay one write, and one that a pipe takes whole. */
const LONGEST_VALUE = 1000;

/** Control characters that JSON leaves as they are, and those that turn the direction of text. */
const UNSAFE = /[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** The entry as a line, line break included. */
export function formatEntry(entry: LogEntry, format: LogFormat): string {
  return (format === "json" ? asJson(entry) : asText(entry)) + "\n";
}

function asText({ time, level, event, facts }: LogEntry): string {
  const pairs = Object.entries(facts).map(([key, value]) => ` ${bare(key)}=${bare(value)}`).join("");
  return `${time.toISOString()} ${level} ${event}${pairs}`;
}

function asJson({ time, level, event, facts }: LogEntry): string {
  const head = { time: time.toISOString(), level, event };
  const body = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, cut(value)]));
  // The head comes first and has the last word.
  return escaped({ ...head, ...body, ...head });
}

/** A word as it is; anything else in quotes. */
function bare(value: string | number): string {
  const text = cut(value);
  return typeof text === "string" && !/^[!#-<>-~]+$/.test(text) ? escaped(text) : String(text);
}

function cut(value: string | number): string | number {
  return typeof value === "string" && value.length > LONGEST_VALUE
    ? `${value.slice(0, LONGEST_VALUE)}…`
    : value;
}

function escaped(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
