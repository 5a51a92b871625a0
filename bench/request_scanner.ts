/**
 * What it costs to find a request and its arguments, in chunks of many requests and in requests of many chunks.
 *
 * Run: node_modules/.bin/bun --no-install run bench/request_scanner.ts
 */
import { RequestScanner } from "../src/protocol/redis/request_scanner.ts";
import { COMPLETE } from "../src/protocol/scan_status.ts";

const LIMITS = {
  maxBulkBytes: 512 * 1024 * 1024,
  maxArguments: 1024 * 1024,
  maxInlineBytes: 64 * 1024,
  maxRequestBytes: 1024 * 1024 * 1024,
};
const ROUNDS = 400;
/** What a busy connection gives in one read. */
const CHUNK_BYTES = 64 * 1024;

interface Case {
  readonly name: string;
  readonly request: Buffer;
  /** Requests come cut at every so many bytes; whole in chunks of `CHUNK_BYTES` when not given. */
  readonly cutEvery?: number;
  readonly authenticated?: boolean;
}

const CASES: readonly Case[] = [
  { name: "GET of a 16 byte key", request: encode("GET", key(0)) },
  { name: "SET of 100 bytes", request: encode("SET", key(0), "v".repeat(100)) },
  { name: "SET of 16 KB", request: encode("SET", key(0), "v".repeat(16 * 1024)) },
  { name: "MGET of 10 keys", request: encode("MGET", ...Array.from({ length: 10 }, (_, i) => key(i))) },
  { name: "MGET of 1000 keys", request: encode("MGET", ...Array.from({ length: 1000 }, (_, i) => key(i))) },
  { name: "GET, cut in two", request: encode("GET", key(0)), cutEvery: 20 },
  { name: "GET, not authenticated", request: encode("GET", key(0)), authenticated: false },
  { name: "GET, inline", request: Buffer.from(`GET ${key(0)}\r\n`) },
  {
    name: "SET of 256 KB in chunks",
    request: encode("SET", key(0), "v".repeat(256 * 1024)),
    cutEvery: CHUNK_BYTES,
  },
];

let sink = 0;

console.log(`best of ${ROUNDS} rounds`);
console.log("request".padEnd(28) + "ns/request".padStart(12) + "ns/argument".padStart(13));
for (const each of CASES) {
  const [perRequest, perArgument] = cost(each);
  console.log(
    each.name.padEnd(28) + perRequest.toFixed(1).padStart(12) + perArgument.toFixed(1).padStart(13),
  );
}
// What was found is used, so that no engine may leave the work out.
console.log(`checksum ${sink}`);

function cost({ request, cutEvery, authenticated = true }: Case): [number, number] {
  const scanner = new RequestScanner(LIMITS);
  scanner.authenticated = authenticated;
  const count = Math.max(16, Math.floor(CHUNK_BYTES / request.length));
  const chunks = cut(Buffer.concat(Array(count).fill(request)), cutEvery ?? Infinity);
  let best = Infinity;
  let args = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const began = Bun.nanoseconds();
    args = scanAll(scanner, chunks);
    best = Math.min(best, Bun.nanoseconds() - began);
  }
  return [best / count, best / args];
}

/** Scans the chunks as a session does; answers how many arguments were found. */
function scanAll(scanner: RequestScanner, chunks: readonly Buffer[]): number {
  let args = 0;
  for (const chunk of chunks) {
    for (let pos = 0; pos < chunk.length;) {
      if (scanner.scan(chunk, pos, chunk.length) === COMPLETE) {
        args += scanner.count;
        sink = (sink + scanner.start(0) + scanner.to) | 0;
      }
      pos = scanner.next;
    }
  }
  return args;
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(Buffer.from(bytes.subarray(at, at + size)));
  return chunks;
}

function key(index: number): string {
  return `key:${String(index).padStart(12, "0")}`;
}

function encode(...args: readonly string[]): Buffer {
  return Buffer.from(`*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`);
}
