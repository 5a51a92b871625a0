/** What RequestScanner refuses, with Redis's own texts, in every way it can arrive. */
import { describe, expect, test } from "bun:test";
import type { RequestLimits } from "../../../../src/protocol/redis/request_limits.ts";
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import { everyCut } from "../../../support/cuts.ts";
import { MALFORMED, MALFORMED_FOR_STRANGERS } from "./malformed_requests.ts";
import { scanRequests, WIDE } from "./scan_requests.ts";

const PING = "*1\r\n$4\r\nPING\r\n";

function title(sent: string): string {
  return JSON.stringify(sent.slice(0, 40));
}

function expectFault(sent: string, fault: string, newScanner = () => new RequestScanner(WIDE)): void {
  const bytes = Buffer.from(PING + sent, "latin1");
  for (const { name, pieces } of everyCut(bytes)) {
    const scanner = newScanner();
    const found = scanRequests(pieces, scanner);
    expect({ name, fault: found.fault }).toEqual({ name, fault: `Protocol error: ${fault}` });
    expect({ name, before: found.requests.map(({ args }) => args) }).toEqual({ name, before: [["PING"]] });
    expect([scanner.inProgress, scanner.heldBytes, scanner.bytes]).toEqual([false, 0, null]);
  }
}

describe.each(Object.entries(MALFORMED))("RequestScanner refuses a malformed %s:", (_, cases) => {
  test.each(cases.map(({ sent, fault }) => [title(sent), sent, fault]))(
    "%s",
    (_title, sent, fault) => expectFault(sent, fault),
  );
});

describe("RequestScanner refuses what is over a limit", () => {
  const bulk = (length: number) => `$${length}\r\n${"v".repeat(length)}\r\n`;
  const narrow: RequestLimits = {
    maxBulkBytes: 8,
    maxArguments: 3,
    maxInlineBytes: 12,
    maxRequestBytes: 40,
  };
  const newNarrow = () => new RequestScanner(narrow);

  test.each([
    ["an argument that is too long", `*2\r\n${bulk(9)}`, "invalid bulk length"],
    ["too many arguments", "*4\r\n", "invalid multibulk length"],
    ["a line that is too long", "ECHO 90123456\r\n", "too big inline request"],
    ["a line without an end", "ECHO 90123456", "too big inline request"],
    [
      "a request that is too long",
      `*3\r\n${bulk(8)}${bulk(8)}${bulk(8)}`,
      "request is larger than max_request",
    ],
    ["too many words in a line", "A B C D\r\n", "too many arguments in inline request"],
  ])("%s", (_, sent, fault) => expectFault(sent, fault, newNarrow));

  test.each([
    ["the longest argument", `*2\r\n${bulk(8)}${bulk(1)}`],
    ["the most arguments", `*3\r\n${bulk(1)}${bulk(1)}${bulk(1)}`],
    ["the longest line", "ECHO 0123456\n"],
    ["the longest request", `*3\r\n${bulk(8)}${bulk(8)}${bulk(2)}`],
  ])("but not %s", (_, sent) => {
    for (const { name, pieces } of everyCut(Buffer.from(sent))) {
      const found = scanRequests(pieces, newNarrow());
      expect({ name, fault: found.fault, count: found.requests.length }).toEqual({
        name,
        fault: "",
        count: 1,
      });
    }
  });

  test("before any of it has come", () => {
    const scanner = new RequestScanner(narrow);
    for (const header of [`*1\r\n$9\r\n`, `*3\r\n${bulk(8)}${bulk(8)}$8\r\n`]) {
      const piece = { bytes: Buffer.from(header), start: 0, end: header.length };
      expect(scanRequests([piece], scanner).fault).toStartWith("Protocol error: ");
    }
  });
});

describe("RequestScanner holds a client that has not authenticated to", () => {
  const newStranger = () => {
    const scanner = new RequestScanner(WIDE);
    scanner.authenticated = false;
    return scanner;
  };

  test.each(MALFORMED_FOR_STRANGERS.map(({ sent, fault }) => [title(sent), sent, fault]))(
    "no more than is before %s",
    (_title, sent, fault) => expectFault(sent, fault, newStranger),
  );

  test("nothing tighter than that", () => {
    const args = ["x".repeat(16384), ...Array(9).fill("")];
    const sent = `*10\r\n${args.map((each) => `$${each.length}\r\n${each}\r\n`).join("")}`;
    const piece = { bytes: Buffer.from(sent), start: 0, end: sent.length };
    expect(scanRequests([piece], newStranger()).requests[0]!.args).toEqual(args);
  });
});

describe("RequestScanner doesn't wait for the end of", () => {
  test.each([["count", "*", "invalid multibulk length"], ["length", "*1\r\n$", "invalid bulk length"]])(
    "a %s that has too many digits",
    (_, before, fault) => {
      const bytes = Buffer.from(before + "1".repeat(20));
      expect(scanRequests([{ bytes, start: 0, end: bytes.length }]).fault).toBe(`Protocol error: ${fault}`);
    },
  );
});
