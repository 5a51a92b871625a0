import { describe, expect, test } from "bun:test";
import { isAborted, readRefusal } from "../../../../../src/protocol/redis/cluster/refusal.ts";

function read(text: string) {
  const bytes = Buffer.from(`..${text}..`, "latin1");
  return readRefusal(bytes, 2, 2 + text.length);
}

describe("readRefusal", () => {
  test.each([
    ["-MOVED 3999 127.0.0.1:6381\r\n", { kind: "moved", node: "127.0.0.1:6381" }],
    ["-MOVED 3999 :6381\r\n", { kind: "moved", node: ":6381" }],
    ["-MOVED 3999 ::1:6381\r\n", { kind: "moved", node: "::1:6381" }],
    ["-ASK 16383 node-1.example.com:6381\r\n", { kind: "ask", node: "node-1.example.com:6381" }],
    ["-TRYAGAIN Multiple keys request during rehashing of slot\r\n", {
      kind: "later",
      isCommon: false,
      text: "TRYAGAIN Multiple keys request during rehashing of slot",
    }],
    ["-CLUSTERDOWN Hash slot not served\r\n", {
      kind: "later",
      isCommon: true,
      text: "CLUSTERDOWN Hash slot not served",
    }],
    ["-CLUSTERDOWN The cluster is down and only accepts read commands\r\n", {
      kind: "later",
      isCommon: true,
      text: "CLUSTERDOWN The cluster is down and only accepts read commands",
    }],
    ["-LOADING Redis is loading the dataset in memory\r\n", {
      kind: "later",
      isCommon: true,
      text: "LOADING Redis is loading the dataset in memory",
    }],
  ])("reads %p", (text, refusal) => {
    expect(read(text)).toEqual(refusal as ReturnType<typeof readRefusal>);
  });

  test.each([
    "+MOVED 3999 127.0.0.1:6381\r\n",
    "$5\r\nMOVED\r\n",
    "-MOVED\r\n",
    "-MOVED house 127.0.0.1:6381\r\n",
    "-MOVED 1 127.0.0.1:6381 or so\r\n",
    "-ASKING for it\r\n",
    "-TRYAGAIN said the script, which has run\r\n",
    "-CLUSTERDOWN said the script\r\n",
    "-LOADING the truck\r\n",
    "-MISCONF Errors writing to the AOF file\r\n",
    "-ERR unknown command\r\n",
    `-MOVED 1 ${"h".repeat(600)}:1\r\n`,
  ])("takes %p for no refusal", (text) => {
    expect(read(text)).toBeNull();
  });
});

test("isAborted knows what EXEC says of a block that was not queued", () => {
  const aborted = Buffer.from("-EXECABORT Transaction discarded because of previous errors.\r\n");
  expect(isAborted(aborted, 0, aborted.length)).toBe(true);
  expect(isAborted(Buffer.from("-ERR x\r\n"), 0, 8)).toBe(false);
});
