import { describe, expect, test } from "bun:test";
import { RequestScanner } from "../../../../src/protocol/memcached/request_scanner.ts";
import { cutAt, everyCut } from "../../../support/cuts.ts";
import { scanRequests, WIDE } from "./scan_requests.ts";

const BAD_LINE = "! CLIENT_ERROR bad command line format";
const K250 = "k".repeat(250);
const K251 = "k".repeat(251);
const flags = (count: number) =>
  Array.from({ length: count }, (_, i) => String.fromCharCode(65 + i)).join(" ");

/** What a client sends, and what is found in it: what goes to a server, or `!` and the error; `~` means hushed. */
const CASES: readonly [name: string, sent: string, ...found: string[]][] = [
  ["a get", "get k\r\n", "get k\r\n"],
  ["a get of the longest key", `get ${K250}\r\n`, `get ${K250}\r\n`],
  ["a get of too long a key", `get ${K251}\r\nmn\r\n`, BAD_LINE, "mn\r\n"],
  ["too long a key among others", `get a ${K251} b\r\n`, BAD_LINE],
  ["several keys", "gets a b c\r\n", "gets a b c\r\n"],
  ["get and touch", "gat 10 a b\r\n", "gat 10 a b\r\n"],
  ["a get without a key", "get\r\nget \r\n", "! ERROR", "! ERROR"],
  ["a line that ends in LF alone", "get k\nmn\n", "get k\r\n", "mn\r\n"],
  ["more spaces than needed", "  get  k \r\n", "get k\r\n"],
  ["nothing", "\r\n\n \r\n", "! ERROR", "! ERROR", "! ERROR"],
  [
    "an unknown command",
    "fetch k\r\nGET k\r\nge k\r\ngett k\r\n",
    "! ERROR",
    "! ERROR",
    "! ERROR",
    "! ERROR",
  ],
  ["control bytes", "get a\tb\r\nget a\rb\r\nget \0\r\nget \x7f\r\nget \xe4\r\n", ...[
    BAD_LINE,
    BAD_LINE,
    BAD_LINE,
    BAD_LINE,
    "get \xe4\r\n",
  ]],
  ["a set", "set k 1 0 5\r\nhello\r\nmn\r\n", "set k 1 0 5\r\nhello\r\n", "mn\r\n"],
  ["an empty value", "set k 0 0 0\r\n\r\n", "set k 0 0 0\r\n\r\n"],
  [
    "a value that looks like commands",
    "add k 0 0 13\r\nmn\r\nget k\r\nmn\r\n",
    "add k 0 0 13\r\nmn\r\nget k\r\nmn\r\n",
  ],
  ["a set without reply", "set k 0 -1 1 noreply\r\na\r\n", "~ set k 0 -1 1\r\na\r\n"],
  ["a last word that means nothing", "set k 0 0 1 junk\r\na\r\n", "set k 0 0 1\r\na\r\n"],
  ["an untidy set", "set  k 0 0 1 \na\r\n", "set k 0 0 1\r\na\r\n"],
  ["signs and zeros before numbers", "set k 00 +1 +01\r\na\r\n", "set k 00 +1 +01\r\na\r\n"],
  ["a cas", "cas k 0 0 1 18446744073709551615\r\na\r\n", "cas k 0 0 1 18446744073709551615\r\na\r\n"],
  ["a cas without reply", "cas k 0 0 1 5 noreply\r\na\r\n", "~ cas k 0 0 1 5\r\na\r\n"],
  ["a cas without token", "cas k 0 0 1\r\nmn\r\n", "! ERROR", "mn\r\n"],
  ["a cas token of 65 bits", "cas k 0 0 1 18446744073709551616\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["a negative cas token", "cas k 0 0 1 -1\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["too few words", "set k 0 0\r\nmn\r\n", "! ERROR", "mn\r\n"],
  ["too many words", "set k 0 0 1 noreply x\r\nmn\r\n", "! ERROR", "mn\r\n"],
  ["a negative length", "set k 0 0 -1\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["a length that is no number", "set k 0 0 1x\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["a length beyond 31 bits", "set k 0 0 2147483646\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["flags beyond 32 bits", "set k 4294967295 0 1\r\na\r\nset k 4294967296 0 1\r\n", ...[
    "set k 4294967295 0 1\r\na\r\n",
    BAD_LINE,
  ]],
  [
    "an expiry that is no number",
    "set k 0 x 1\r\nmn\r\nset k 0 -+1 1\r\nmn\r\n",
    BAD_LINE,
    "mn\r\n",
    BAD_LINE,
    "mn\r\n",
  ],
  ["a bad line without reply", "set k 0 0 x noreply\r\nmn\r\n", `~ ${BAD_LINE}`, "mn\r\n"],
  [
    "a value longer than said",
    "set k 0 0 1\r\nab\r\nmn\r\n",
    "! CLIENT_ERROR bad data chunk",
    "! ERROR",
    "mn\r\n",
  ],
  [
    "a value shorter than said",
    "set k 0 0 5\r\nab\r\nmn\r\nmn\r\n",
    "! CLIENT_ERROR bad data chunk",
    "! ERROR",
    "mn\r\n",
  ],
  ["a value that ends in LF alone", "set k 0 0 1\r\na\n\nmn\r\n", "! CLIENT_ERROR bad data chunk", "mn\r\n"],
  ["too long a key for a value", `set ${K251} 0 0 2\r\nmn\r\n`, BAD_LINE, "mn\r\n"],
  ["control bytes before a value", "set a\tb 0 0 2\r\nmn\r\nmn\r\n", BAD_LINE, "mn\r\n"],
  ["deletes", "delete k\r\ndelete k 0\r\ndelete k 0 noreply\r\ndelete k noreply\r\ndelete noreply\r\n", ...[
    "delete k\r\n",
    "delete k 0\r\n",
    "~ delete k 0\r\n",
    "~ delete k\r\n",
    "delete noreply\r\n",
  ]],
  ["counters", "incr k 5\r\ndecr k 5 noreply\r\nincr k\r\nincr noreply 1\r\n", ...[
    "incr k 5\r\n",
    "~ decr k 5\r\n",
    "! ERROR",
    "incr noreply 1\r\n",
  ]],
  ["a touch", "touch k 5\r\ntouch k -1 noreply\r\n", "touch k 5\r\n", "~ touch k -1\r\n"],
  [
    "flush_all",
    "flush_all\r\nflush_all 5\r\nflush_all noreply\r\nflush_all 5 noreply\r\nflush_all 1 2 3\r\n",
    ...[
      "flush_all\r\n",
      "flush_all 5\r\n",
      "~ flush_all\r\n",
      "~ flush_all 5\r\n",
      "! ERROR",
    ],
  ],
  ...[
    "incr k noreply noreply",
    "touch k noreply noreply",
    "delete k noreply noreply",
    "flush_all noreply noreply",
    "verbosity noreply noreply",
  ].map((line): [string, string, string, string] => [
    `${line}: without the last word a server would still say nothing`,
    `${line}\r\nmn\r\n`,
    `~ ${BAD_LINE}`,
    "mn\r\n",
  ]),
  ["a key called noreply before another", "delete noreply noreply\r\n", "~ delete noreply\r\n"],
  ["meta commands", "mg k v\r\nmd k\r\nma k N0 J5\r\nme k\r\nmn\r\n", ...[
    "mg k v\r\n",
    "md k\r\n",
    "ma k N0 J5\r\n",
    "me k\r\n",
    "mn\r\n",
  ]],
  ["quiet meta commands", "mg k q v\r\nms k 1 q T5\r\na\r\nmd k q\r\nma k v q\r\nme k q\r\n", ...[
    "~ mg k v\r\n",
    "~ ms k 1 T5\r\na\r\n",
    "~ md k\r\n",
    "~ ma k v\r\n",
    "me k q\r\n",
  ]],
  ["twice quiet", "mg k q v q\r\nms k 2 q q\r\nmn\r\nmn\r\n", ...[
    "~ ! CLIENT_ERROR duplicate flag",
    "~ ! CLIENT_ERROR duplicate flag",
    "mn\r\n",
  ]],
  ["a meta set", "ms k 2 T0 I\r\nab\r\n", "ms k 2 T0 I\r\nab\r\n"],
  ["a bad meta set", "ms\r\nms k\r\nms k -1\r\nms k x\r\nms k S1 1\r\nmn\r\n", ...[
    "! ERROR",
    BAD_LINE,
    BAD_LINE,
    BAD_LINE,
    BAD_LINE,
    "mn\r\n",
  ]],
  ["a meta set of too long a key", `ms ${K251} 2\r\nmn\r\n`, BAD_LINE, "mn\r\n"],
  ["as many flags as there may be", `ms k 1 ${flags(16)}\r\na\r\n`, `ms k 1 ${flags(16)}\r\na\r\n`],
  ["more flags", `ms k 2 ${flags(17)}\r\nmn\r\n`, "! CLIENT_ERROR options flags too long", "mn\r\n"],
  [
    "a bad block of a meta set",
    "ms k 1 q\r\nab\r\nmn\r\n",
    "~ ! CLIENT_ERROR bad data chunk",
    "! ERROR",
    "mn\r\n",
  ],
  ["commands the proxy answers", "version\r\nstats items\r\nquit\r\nshutdown\r\n", ...[
    "version\r\n",
    "stats items\r\n",
    "quit\r\n",
    "shutdown\r\n",
  ]],
];

describe("RequestScanner finds", () => {
  for (const [name, sent, ...requests] of CASES) {
    test(name, () => {
      for (const { name: arrival, pieces } of everyCut(Buffer.from(sent, "latin1"))) {
        expect({ arrival, ...scanRequests(pieces) }).toEqual({
          arrival,
          requests,
          fault: "",
          inProgress: false,
        });
      }
    });
  }
});

describe("RequestScanner says that a request is in progress", () => {
  for (const sent of ["get", "get k\r", "set k 0 0 5\r\n", "set k 0 0 5\r\nhel", "set k 0 0 5\r\nhello\r"]) {
    test(JSON.stringify(sent), () => {
      for (const { pieces } of everyCut(Buffer.from(sent))) {
        expect(scanRequests(pieces)).toEqual({ requests: [], fault: "", inProgress: true });
      }
    });
  }
});

describe("RequestScanner keeps to its limits", () => {
  const limits = { ...WIDE, maxItemBytes: 4, maxRequestBytes: 50, maxArguments: 6 };
  const cases: readonly [name: string, sent: string, requests: string[], fault: string][] = [
    ["the largest item", "set k 0 0 4\r\nabcd\r\n", ["set k 0 0 4\r\nabcd\r\n"], ""],
    ["an item too large, skipped", "set k 0 0 5\r\nmn\r\nm\r\nmn\r\n", [
      "! SERVER_ERROR object too large for cache",
      "mn\r\n",
    ], ""],
    ["an item too large without reply", "set k 0 0 5 noreply\r\nmn\r\nm\r\nmn\r\n", [
      "~ ! SERVER_ERROR object too large for cache",
      "mn\r\n",
    ], ""],
    ["a line too long", `delete ${"0".repeat(2048)}\r\n`, [], "line too long"],
    ["a longer line of keys", `get ${"k".repeat(40)}\r\n`, [`get ${"k".repeat(40)}\r\n`], ""],
    ["a line of keys too long", `get ${"k".repeat(50)}\r\n`, [], "line too long"],
    ["too many keys", "get 1 2 3 4 5 6\r\n", ["! CLIENT_ERROR too many keys"], ""],
  ];
  for (const [name, sent, requests, fault] of cases) {
    test(name, () => {
      for (const { name: arrival, pieces } of everyCut(Buffer.from(sent))) {
        const found = scanRequests(pieces, new RequestScanner(limits));
        expect({ arrival, ...found }).toEqual({ arrival, requests, fault, inProgress: false });
      }
    });
  }

  test("the binary protocol is refused at its first byte", () => {
    const found = scanRequests(cutAt(Buffer.from("get k\r\n\x80\x00", "latin1"), []));
    expect(found.requests).toEqual(["get k\r\n"]);
    expect(found.fault).toStartWith("the binary protocol is not supported");
  });
});

test("RequestScanner announces what is missing of a block, and holds it in one piece only when it is small", () => {
  const scanner = new RequestScanner(WIDE);
  const line = Buffer.from("set k 0 0 300000\r\n");
  scanner.scan(line, 0, line.length);
  expect(scanner.announced).toBe(300_002);
  const half = Buffer.alloc(150_000, "x");
  scanner.scan(half, 0, half.length);
  expect([scanner.announced, scanner.heldBytes]).toEqual([150_002, line.length + 150_000]);
  scanner.scan(half, 0, half.length);
  const end = Buffer.from("\r\nmn\r\n");
  scanner.scan(end, 0, end.length);
  expect([scanner.next, scanner.bytes, scanner.error, scanner.announced]).toEqual([2, null, "", 0]);
  scanner.reset();
  expect(scanner.heldBytes).toBe(0);
});

test("RequestScanner decodes where a base64 key is meant", () => {
  const scanner = new RequestScanner(WIDE);
  for (
    const [line, isEncoded] of [["mg YQ== v b\r\n", true], ["me YQ== b\r\n", true], [
      "mg YQ== v\r\n",
      false,
    ]] as const
  ) {
    const bytes = Buffer.from(line);
    scanner.scan(bytes, 0, bytes.length);
    expect({ line, isEncoded: scanner.isKeyEncoded }).toEqual({ line, isEncoded });
  }
});
