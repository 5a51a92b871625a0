/**
 * What it costs to find the end of a reply, in chunks of many replies and in replies of many chunks.
 *
 * Run: node_modules/.bin/bun --no-install run bench/reply_scanner.ts
 */
import { ReplyScanner } from "../src/protocol/redis/reply_scanner.ts";
import { COMPLETE } from "../src/protocol/scan_status.ts";

const ROUNDS = 400;
/** What a busy connection gives in one read. */
const CHUNK_BYTES = 64 * 1024;

const CASES: readonly (readonly [name: string, reply: string, elements: number])[] = [
  ["+OK", "+OK\r\n", 1],
  ["an integer", ":1234\r\n", 1],
  ["a null", "$-1\r\n", 1],
  ["a value of 16 bytes", bulk(16), 1],
  ["a value of 1 KB", bulk(1024), 1],
  ["a value of 256 KB, in chunks", bulk(256 * 1024), 1],
  ["an array of 10 values", array(10, bulk(16)), 10],
  ["an array of 1000 values", array(1000, bulk(16)), 1000],
  ["an array of 10,000 values, in chunks", array(10_000, bulk(16)), 10_000],
  ["an array of 10 arrays of 10", array(10, array(10, ":1\r\n")), 100],
];

let sink = 0;

console.log(`best of ${ROUNDS} rounds`);
console.log("reply".padEnd(38) + "ns/reply".padStart(12) + "ns/element".padStart(12));
for (const [name, reply, elements] of CASES) {
  const perReply = cost(reply);
  console.log(
    name.padEnd(38) + perReply.toFixed(1).padStart(12) + (perReply / elements).toFixed(1).padStart(12),
  );
}
// What was found is used, so that no engine may leave the work out.
console.log(`checksum ${sink}`);

function cost(reply: string): number {
  const scanner = new ReplyScanner();
  const count = Math.max(16, Math.floor(CHUNK_BYTES / reply.length));
  const chunks = cut(Buffer.from(reply.repeat(count)));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const began = Bun.nanoseconds();
    for (const chunk of chunks) scanChunk(scanner, chunk);
    best = Math.min(best, (Bun.nanoseconds() - began) / count);
  }
  return best;
}

function scanChunk(scanner: ReplyScanner, chunk: Buffer): void {
  let pos = 0;
  while (pos < chunk.length && scanner.scan(chunk, pos, chunk.length) === COMPLETE) pos = scanner.next;
  sink = (sink + pos) | 0;
}

function cut(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    chunks.push(Buffer.from(bytes.subarray(at, at + CHUNK_BYTES)));
  }
  return chunks;
}

function bulk(size: number): string {
  return `$${size}\r\n${"v".repeat(size)}\r\n`;
}

function array(count: number, element: string): string {
  return `*${count}\r\n${element.repeat(count)}`;
}
