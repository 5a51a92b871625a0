/** Random pipelines, random damage, random cuts: the scanner finds what its naive twin finds in the whole. */
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { RequestLimits } from "../../src/protocol/redis/request_limits.ts";
import { RequestScanner } from "../../src/protocol/redis/request_scanner.ts";
import { cutAt, type Piece } from "../support/cuts.ts";
import { command } from "../support/resp_encoder.ts";
import { SEED } from "../support/seed.ts";
import { scanRequests, WIDE } from "../unit/protocol/redis/scan_requests.ts";
import { naiveRequests } from "./naive_requests.ts";

/** Limits that random requests meet now and then. */
const NARROW: RequestLimits = { maxBulkBytes: 30, maxArguments: 6, maxInlineBytes: 40, maxRequestBytes: 70 };

const OPTIONS = { seed: SEED, numRuns: 2000 };

/** Bytes that mean something to the scanner are likelier than others. */
const byte = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(..."\r\n\r\n*$-+0123456789 \"'\\xn\t\v\fa") },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) },
);
const word = fc.string({ unit: byte, maxLength: 40, size: "max" });
const asArray = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) =>
  command(...words.map((each) => Buffer.from(each, "latin1"))).toString("latin1")
);
const linePart = fc.oneof(
  byte,
  fc.constantFrom(' "', '" ', " '", "' ", "\\x4a", "\\xF", "\\n", '\\"', "\\'"),
);
const asLine = fc.string({ unit: linePart, maxLength: 12 }).map((line) => line.replaceAll("\n", " ") + "\n");
const nothing = fc.constantFrom("*0\r\n", "*-1\r\n", "\r\n", "\n");
const pipeline = fc.array(fc.oneof({ weight: 3, arbitrary: asArray }, asLine, nothing), { maxLength: 6 });
const damage = fc.record({
  place: fc.nat(),
  lost: fc.nat({ max: 3 }),
  instead: fc.string({ unit: byte, maxLength: 3 }),
});
const cuts = fc.array(fc.nat(), { maxLength: 12 });

function damaged(
  text: string,
  { place, lost, instead }: { place: number; lost: number; instead: string },
): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + instead + text.slice(at + lost);
}

function pieces(text: string, places: readonly number[]): Piece[] {
  const offsets = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
  return cutAt(Buffer.from(text, "latin1"), offsets);
}

function expectAsTwin(text: string, places: readonly number[], limits: RequestLimits): void {
  const { requests, fault } = scanRequests(pieces(text, places), new RequestScanner(limits));
  // The scanner may know of a fault before the line ends that the twin waits for.
  const twin = naiveRequests(fault === "" ? text : text + "\r\n", limits);
  expect({ requests: requests.map(({ args }) => args), fault }).toEqual({
    ...twin,
    requests: [...twin.requests],
  });
}

test("RequestScanner finds what its naive twin does in cut pipelines", () => {
  fc.assert(
    fc.property(pipeline, cuts, (requests, places) => expectAsTwin(requests.join(""), places, WIDE)),
    OPTIONS,
  );
});

test("RequestScanner finds what its naive twin does in cut and damaged pipelines", () => {
  fc.assert(
    fc.property(pipeline, damage, cuts, (requests, hurt, places) => {
      expectAsTwin(damaged(requests.join(""), hurt), places, WIDE);
    }),
    OPTIONS,
  );
});

test("RequestScanner refuses what its naive twin does when limits are narrow", () => {
  fc.assert(
    fc.property(pipeline, damage, cuts, (requests, hurt, places) => {
      expectAsTwin(damaged(requests.join(""), hurt), places, NARROW);
    }),
    OPTIONS,
  );
});

test("RequestScanner gives the bytes of arrays as they came, however they are cut", () => {
  fc.assert(
    fc.property(fc.array(asArray, { maxLength: 6 }), cuts, (requests, places) => {
      expect(scanRequests(pieces(requests.join(""), places)).requests.map(({ raw }) => raw)).toEqual(
        requests,
      );
    }),
    OPTIONS,
  );
});
