/** Well-formed requests, in every way they can arrive. */
import { describe, expect, test } from "bun:test";
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import { everyCut } from "../../../support/cuts.ts";
import { scanRequests, WIDE } from "./scan_requests.ts";

/** What is sent, and the words of each request in it. */
type Case = readonly [title: string, sent: string, requests: readonly (readonly string[])[]];

const PING = "*1\r\n$4\r\nPING\r\n";
const GET = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";

const ARRAYS: readonly Case[] = [
  ["one word", PING, [["PING"]]],
  ["two words", GET, [["GET", "k"]]],
  ["requests back to back", GET + PING + GET, [["GET", "k"], ["PING"], ["GET", "k"]]],
  ["an empty argument", "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", [["ECHO", ""]]],
  ["nothing but empty arguments", "*3\r\n$0\r\n\r\n$0\r\n\r\n$0\r\n\r\n", [["", "", ""]]],
  ["line ends inside an argument", "*2\r\n$1\r\nE\r\n$6\r\n\r\n$1\r\n\r\n", [["E", "\r\n$1\r\n"]]],
  ["an argument that looks like a request", `*1\r\n$${PING.length}\r\n${PING}\r\n`, [[PING]]],
  ["NUL and high bytes", "*2\r\n$1\r\nE\r\n$4\r\n\0\xff\0\x80\r\n", [["E", "\0\xff\0\x80"]]],
  ["a length of two digits", "*2\r\n$4\r\nECHO\r\n$12\r\nabcdefghijkl\r\n", [["ECHO", "abcdefghijkl"]]],
  [
    "a first argument whose length has two digits",
    "*2\r\n$10\r\nZINTERCARD\r\n$1\r\nk\r\n",
    [["ZINTERCARD", "k"]],
  ],
  ["a count of two digits", `*12\r\n${"$1\r\na\r\n".repeat(12)}`, [Array(12).fill("a")]],
  ["an array of nothing between requests", PING + "*0\r\n" + PING, [["PING"], ["PING"]]],
  ["a null array between requests", PING + "*-1\r\n" + PING, [["PING"], ["PING"]]],
  ["any negative count between requests", "*-2147483648\r\n" + PING, [["PING"]]],
  ["arrays of nothing only", "*0\r\n*-1\r\n*0\r\n", []],
];

/** As Redis, the scanner doesn't look at the byte behind a CR, nor at the two that close an argument. */
const UNCHECKED: readonly Case[] = [
  ["another byte than LF behind the count", "*1\rX$4\r\nPING\r\n", [["PING"]]],
  ["another byte than LF behind a length", "*1\r\n$4\rXPING\r\n", [["PING"]]],
  ["other bytes than CRLF behind an argument", "*1\r\n$4\r\nPINGab" + PING, [["PING"], ["PING"]]],
];

const INLINE: readonly Case[] = [
  ["a word", "PING\r\n", [["PING"]]],
  ["a line that ends with LF alone", "PING\nPING\n", [["PING"], ["PING"]]],
  ["words with space around them", "  SET  k\tv  \r\n", [["SET", "k", "v"]]],
  ["empty lines between requests", "\r\n\nPING\r\n\r\n" + PING + "   \r\n", [["PING"], ["PING"]]],
  ["lines among arrays", `${GET}ECHO "a b"\r\n${GET}`, [["GET", "k"], ["ECHO", "a b"], ["GET", "k"]]],
  ["a CR inside the line", "ECHO a\rb\r\n", [["ECHO", "a", "b"]]],
  ["a line that begins like a length", "$4\r\n", [["$4"]]],
];

describe.each([["arrays", ARRAYS], ["unchecked bytes", UNCHECKED], ["inline", INLINE]])(
  "RequestScanner finds %s:",
  (_, cases) => {
    test.each(cases.map((each) => [each[0], each] as const))("%s", (_title, [, sent, requests]) => {
      for (const { name, pieces } of everyCut(Buffer.from(sent, "latin1"))) {
        const found = scanRequests(pieces);
        expect({ name, words: found.requests.map(({ args }) => args) }).toEqual({
          name,
          words: [...requests],
        });
        expect({ name, fault: found.fault, inProgress: found.inProgress })
          .toEqual({ name, fault: "", inProgress: false });
      }
    });
  },
);

test("RequestScanner gives the bytes of an array as they came", () => {
  const sent = [GET, "*1\rX$4\rYPINGab", "*2\r\n$1\r\nE\r\n$0\r\n\r\n"];
  for (const { name, pieces } of everyCut(Buffer.from(sent.join("")))) {
    expect({ name, raw: scanRequests(pieces).requests.map(({ raw }) => raw) }).toEqual({ name, raw: sent });
  }
});

test("RequestScanner gives an inline request as an array", () => {
  for (const { name, pieces } of everyCut(Buffer.from("SET k 'a b'\r\n"))) {
    const [request] = scanRequests(pieces).requests;
    expect({ name, raw: request!.raw }).toEqual({ name, raw: "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na b\r\n" });
  }
});

test("RequestScanner finds the same for a client that has not authenticated when it stays small", () => {
  const sent = GET + "*0\r\n" + `*10\r\n${"$1\r\na\r\n".repeat(10)}` + "AUTH secret\r\n" + PING;
  for (const { name, pieces } of everyCut(Buffer.from(sent))) {
    const stranger = new RequestScanner(WIDE);
    stranger.authenticated = false;
    expect({ name, found: scanRequests(pieces, stranger) }).toEqual({ name, found: scanRequests(pieces) });
  }
});

describe("RequestScanner says that a request is in progress", () => {
  test("from its first byte to its last", () => {
    for (const sent of [GET, "PING"]) {
      for (let length = 1; length < sent.length; length++) {
        const piece = { bytes: Buffer.from(sent), start: 0, end: length };
        expect({ length, ...scanRequests([piece]) }).toMatchObject({ length, inProgress: true });
      }
    }
  });

  test("and how many bytes of an argument are still to come, its line end included", () => {
    const scanner = new RequestScanner(WIDE);
    const bytes = Buffer.from("*2\r\n$3\r\nSET\r\n$1000\r\n0123456789");
    scanner.scan(bytes, 0, bytes.length);
    expect(scanner.announced).toBe(1000 + 2 - 10);
    expect(scanner.heldBytes).toBe(bytes.length);
  });

  test("no more after reset, and the next request is found", () => {
    const scanner = new RequestScanner(WIDE);
    const bytes = Buffer.from("*2\r\n$3\r\nSET\r\n$10");
    scanner.scan(bytes, 0, bytes.length);
    scanner.reset();
    expect([scanner.inProgress, scanner.announced, scanner.heldBytes]).toEqual([false, 0, 0]);
    const next = { bytes: Buffer.from(GET), start: 0, end: GET.length };
    expect(scanRequests([next], scanner).requests).toEqual([{ args: ["GET", "k"], raw: GET }]);
  });
});
