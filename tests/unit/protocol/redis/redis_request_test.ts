/** Requests in which an argument is replaced: what is sent, what was sent, and what large arguments cost. */
import { expect, test } from "bun:test";
import { RequestScanner } from "../../../../src/protocol/redis/request_scanner.ts";
import { COMPLETE } from "../../../../src/protocol/scan_status.ts";
import { textOf } from "../../../../src/protocol/arguments.ts";
import { command } from "../../../support/resp_encoder.ts";
import { Random } from "../../../support/seed.ts";
import { WIDE } from "./scan_requests.ts";

const KB = 1024;

/** The request as it is scanned behind another one, in chunks of this size. */
function scan(args: readonly string[], chunkBytes: number): RequestScanner {
  const scanner = new RequestScanner(WIDE);
  const bytes = Buffer.concat([command("PING"), command(...args), command("PING")]);
  let found = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = Buffer.from(bytes.subarray(at, at + chunkBytes));
    for (let pos = 0; pos < chunk.length; pos = scanner.next) {
      if (scanner.scan(chunk, pos, chunk.length) === COMPLETE && ++found === 2) return scanner;
    }
  }
  throw new Error("the request has no end");
}

function argumentsOf(request: RequestScanner): string[] {
  return Array.from({ length: request.count }, (_, i) => textOf(request, i));
}

/** What a server would be sent. */
function sent(request: RequestScanner): string {
  const { from, to } = request;
  if (request.bytes !== null) return Buffer.from(request.bytes.subarray(from, to)).toString("latin1");
  const slices: Uint8Array[] = [];
  request.held.forEachSlice(from, to, (bytes, start, end) => slices.push(bytes.subarray(start, end)));
  return Buffer.concat(slices).toString("latin1");
}

test("a request says the new argument wherever one is replaced, and can still tell how it was sent", () => {
  const random = new Random("replaced arguments");
  for (let round = 0; round < 60; round++) {
    const size = () => random.pick([0, 1, 9, 10, 99, 600, 20 * KB, 90 * KB]);
    const args = Array.from({ length: random.integer(1, 6) }, (_, i) => String(i).repeat(size()));
    const request = scan(args, random.pick([100, 16 * KB, 64 * KB, 1024 * KB]));
    const now = [...args];
    for (let times = random.integer(1, 3); times > 0; times--) {
      const index = random.integer(0, args.length - 1);
      now[index] = "x".repeat(size());
      request.replace(index, Buffer.from(now[index]!));
      expect(argumentsOf(request)).toEqual(now);
      expect(sent(request) === command(...now).toString("latin1")).toBeTrue();
      expect(request.rawStart(0)).toBe(request.from + `*${args.length}\r\n`.length);
      expect(request.rawEnd(args.length - 1)).toBe(request.to);
    }
    expect(Buffer.from(request.asSent()).toString("latin1") === command(...args).toString("latin1"))
      .toBeTrue();
  }
});

test("what was sent is what was replaced last once the request is forgotten", () => {
  const request = scan(["a", "b"], KB);
  request.replace(0, Buffer.from("c"));
  request.forgetReplaced();
  expect(Buffer.from(request.asSent()).toString()).toBe(command("c", "b").toString());
});

test("a large argument is not copied when another one is replaced", () => {
  const value = Buffer.alloc(400 * KB, 65);
  const request = scan(["SET", "key", value.toString()], 100 * KB);
  const before = request.held.parts.filter(({ start, end }) => end - start > 50 * KB).map(({ bytes }) =>
    bytes
  );
  request.replace(0, Buffer.from("SETTER"));
  const after = request.held.parts.map(({ bytes }) => bytes);
  expect(before.length).toBe(4);
  for (const bytes of before) expect(after).toContain(bytes);
});
