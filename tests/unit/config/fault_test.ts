import { expect, test } from "bun:test";
import { Findings, formatFault, quote } from "../../../src/config/fault.ts";

const FAULT = {
  file: "n.yml",
  line: 5,
  column: 9,
  path: 'pool "p": servers[2]',
  message: "port 70000 is not in 1..65535",
};

test("formatFault gives file, line, column, path and message when all are known", () => {
  expect(formatFault(FAULT)).toBe('n.yml:5:9: pool "p": servers[2]: port 70000 is not in 1..65535');
});

test("formatFault leaves out the path when the fault is the file's", () => {
  expect(formatFault({ ...FAULT, path: "" })).toBe("n.yml:5:9: port 70000 is not in 1..65535");
});

test("formatFault leaves out the place when the file couldn't be read", () => {
  expect(formatFault({ ...FAULT, line: 0, column: 0, path: "" })).toBe(
    "n.yml: port 70000 is not in 1..65535",
  );
});

test("quote escapes control characters and cuts what is long", () => {
  expect(quote("a\u001b[31m\n")).toBe('"a\\u001b[31m\\n"');
  expect(quote("x".repeat(81))).toBe(`"${"x".repeat(77)}..."`);
  expect(quote("x".repeat(80))).toBe(`"${"x".repeat(80)}"`);
});

test("Findings gives faults in the order of the file when they were noted in another", () => {
  const findings = new Findings("n.yml");
  findings.fault({ line: 2, column: 1 }, "", "third");
  findings.fault({ line: 1, column: 9 }, "", "second");
  findings.fault({ line: 1, column: 2 }, "", "first");
  findings.warn({ line: 1, column: 1 }, "", "only a warning");
  expect(findings.faults.map((fault) => fault.message)).toEqual(["first", "second", "third"]);
  expect(findings.warnings.map((fault) => fault.message)).toEqual(["only a warning"]);
});
