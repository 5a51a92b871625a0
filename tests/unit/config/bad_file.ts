/** Bad files for tests: a ^ in the text marks each place where a fault is expected. */
import { type Fault, loadConfig } from "../../../src/config/mod.ts";

/** What a bad file is expected to be told: the path, and a part of the message, per mark in the text. */
export type Expected = readonly [path: string, message: string];

/** What is wrong, the file with its marks, and what it is told at each of them. */
export type BadFile = readonly [title: string, marked: string, ...expected: Expected[]];

/** A fault as tests compare it. */
export interface Found {
  place: string;
  path: string;
  message: string;
}

/** Takes the marks out of `marked`: the text, and `line:column` of each mark. */
export function readMarks(marked: string): { text: string; places: string[] } {
  const places: string[] = [];
  const lines = marked.split("\n").map((line, index) => {
    for (let at = line.indexOf("^"); at >= 0; at = line.indexOf("^")) {
      places.push(`${index + 1}:${at + 1}`);
      line = line.slice(0, at) + line.slice(at + 1);
    }
    return line;
  });
  return { text: lines.join("\n"), places };
}

/** The faults of the file, and what was expected, in one form; a message that holds the expected part equals it. */
export function compare(marked: string, expected: readonly Expected[]): { found: Found[]; wanted: Found[] } {
  const { text, places } = readMarks(marked);
  const wanted = expected.map(([path, message], index) => ({
    place: places[index] ?? "unmarked",
    path,
    message,
  }));
  const { faults } = loadConfig(text, "bad.yml");
  const found = faults.map((fault, index) => shorten(fault, wanted[index]?.message));
  return { found, wanted };
}

function shorten({ line, column, path, message }: Fault, part: string | undefined): Found {
  const isExpected = part !== undefined && message.includes(part);
  return { place: `${line}:${column}`, path, message: isExpected ? part : message };
}

/** A nutcracker file with one Redis pool "p" that is good but for `lines`, which come last. */
export function inPool(...lines: string[]): string {
  const good = ["p:", "  listen: 127.0.0.1:22121", "  redis: true", "  servers:", "  - 127.0.0.1:6379:1"];
  return [...good, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

/** A nutcracker file with one pool "p" whose only fault may be its `listen`. */
export function listening(on: string): string {
  return `p:\n  listen: ${on}\n  redis: true\n  servers:\n  - 127.0.0.1:6379:1\n`;
}

/** A nutcracker file with one pool "p" of these servers. */
export function serving(...servers: string[]): string {
  return [
    "p:",
    "  listen: 127.0.0.1:1",
    "  redis: true",
    "  servers:",
    ...servers.map((each) => `  - ${each}`),
    "",
  ]
    .join("\n");
}

/** A file of our form: these lines at its top level, and a pool "p" that is good but for what is put into it. */
export function own(...parts: (string | { listen: string })[]): string {
  const lines = parts.filter((part) => typeof part === "string");
  const pool = parts.find((part) => typeof part !== "string");
  const options = `listen: ${pool?.listen ?? "a:1"}, redis: true, servers: ['a:1:1']`;
  return [...lines, "pools:", `  p: {${options}}`, ""].join("\n");
}
