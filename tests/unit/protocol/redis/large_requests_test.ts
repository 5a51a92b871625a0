/** Requests that come in several chunks of the sizes a socket gives: what is held, joined and spread. */
import { describe, expect, test } from "bun:test";
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import { COMPLETE, INCOMPLETE } from "../../../../src/protocol/scan_status.ts";
import { cutAt } from "../../../support/cuts.ts";
import { command } from "../../../support/resp_encoder.ts";
import { Random, SEED } from "../../../support/seed.ts";
import { scanRequests, WIDE } from "./scan_requests.ts";

const KB = 1024;
const PING = command("PING");

/** Printable bytes, so that a difference is readable; each argument of its own. */
function filler(length: number, salt: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 31 + salt * 7) % 90))).join("");
}

function cutEvery(bytes: Buffer, size: number): ReturnType<typeof cutAt> {
  return cutAt(bytes, Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, i) => (i + 1) * size));
}

describe("RequestScanner reads back a request", () => {
  const requests: readonly (readonly [string, readonly string[]])[] = [
    ["of 60 KB, which is joined", ["SET", "key", filler(60 * KB, 1)]],
    ["of 300 KB, which is not", ["SET", "key", filler(300 * KB, 1)]],
    ["of many arguments", ["MSET", ...Array.from({ length: 5000 }, (_, i) => filler(i % 40, i))]],
    ["of long and short arguments", [
      "MSET",
      ...Array.from({ length: 20 }, (_, i) => filler(i % 2 ? 40 * KB : i, i)),
    ]],
    ["with a key longer than its chunks", ["SET", filler(90 * KB, 2), "v"]],
  ];
  test.each(requests)("%s", (_, args) => {
    const sent = Buffer.concat([PING, command(...args), PING]);
    for (const size of [1000, 16 * KB, 64 * KB - 1, 64 * KB]) {
      const { requests: found, fault } = scanRequests(cutEvery(sent, size));
      expect({ size, fault }).toEqual({ size, fault: "" });
      expect(found.map((each) => each.args.length)).toEqual([1, args.length, 1]);
      expect(found[1]!.args).toEqual([...args]);
      expect(found[1]!.raw === command(...args).toString("latin1")).toBeTrue();
    }
  });

  test("cut at random offsets", () => {
    const random = new Random("large requests");
    const args = [
      "MSET",
      ...Array.from({ length: 12 }, (_, i) => filler(i % 3 ? random.integer(0, 30 * KB) : 5, i)),
    ];
    const sent = Buffer.concat([PING, command(...args), PING]);
    for (let round = 0; round < 20; round++) {
      const offsets = Array.from({ length: random.integer(1, 30) }, () => random.integer(1, sent.length - 1));
      const { requests: found } = scanRequests(cutAt(sent, offsets.sort((a, b) => a - b)));
      expect({ SEED, round, args: found[1]!.args }).toEqual({ SEED, round, args });
    }
  });
});

describe("RequestScanner keeps the chunks of a large value", () => {
  const sent = command("SET", "key", filler(256 * KB, 1));
  const pieces = cutEvery(sent, 64 * KB);

  test("by reference", () => {
    const scanner = new RequestScanner(WIDE);
    const statuses = pieces.map(({ bytes, start, end }) => scanner.scan(bytes, start, end));
    expect(statuses).toEqual([INCOMPLETE, INCOMPLETE, INCOMPLETE, INCOMPLETE, COMPLETE]);
    expect(scanner.bytes).toBeNull();
    expect([scanner.from, scanner.to]).toEqual([0, sent.length]);
    const kept = scanner.held.parts.map((part) => part.bytes).slice(0, 4);
    expect(kept.every((bytes, i) => bytes === pieces[i]!.bytes)).toBeTrue();
  });

  test("only until the next scan", () => {
    const scanner = new RequestScanner(WIDE);
    for (const { bytes, start, end } of pieces) scanner.scan(bytes, start, end);
    scanner.scan(PING, 0, PING.length);
    expect([scanner.heldBytes, scanner.held.parts.length]).toEqual([0, 0]);
    expect(scanner.bytes).toBe(PING);
  });
});

describe("RequestScanner has room for", () => {
  class Opened extends RequestScanner {
    get room(): number {
      return Math.max(this.starts.length, this.ends.length);
    }
  }
  const scanned = (sent: string): Opened => {
    const scanner = new Opened(WIDE);
    scanRequests([{ bytes: Buffer.from(sent), start: 0, end: sent.length }], scanner);
    return scanner;
  };

  test("few arguments when many were only announced", () => {
    expect(scanned("*1000000\r\n$1\r\na\r\n").room).toBeLessThanOrEqual(1024);
  });

  test("many, which counts as held beside their bytes", () => {
    const scanner = new RequestScanner(WIDE);
    const count = 50_000;
    const bytes = Buffer.from(`*${2 * count}\r\n${"$0\r\n\r\n".repeat(count)}`);
    expect(scanner.scan(bytes, 0, bytes.length)).toBe(INCOMPLETE);
    expect(scanner.heldBytes).toBeGreaterThanOrEqual(bytes.length + 8 * count);
    expect(scanner.heldBytes).toBeLessThan(bytes.length + 32 * count);
  });

  test("few arguments again when it is reset after many", () => {
    const scanner = scanned(command(...Array(10_000).fill("a")).toString());
    expect(scanner.room).toBeGreaterThanOrEqual(10_000);
    scanner.reset();
    expect(scanner.room).toBeLessThan(100);
  });
});

test("RequestScanner takes a long request in parts after another long one in one piece", () => {
  const scanner = new RequestScanner(WIDE);
  const request = (count: number) => Buffer.from(`*${count}\r\n${"$1\r\nx\r\n".repeat(count)}`);
  for (const [count, pieces] of [[2000, 1], [3000, 2], [5000, 3], [1500, 2]] as const) {
    const bytes = request(count);
    const cuts = Array.from({ length: pieces - 1 }, (_, i) => Math.floor(bytes.length / pieces) * (i + 1));
    const { requests, fault } = scanRequests(cutAt(bytes, cuts), scanner);
    expect([fault, requests.length, requests[0]?.args.length]).toEqual(["", 1, count]);
  }
});
