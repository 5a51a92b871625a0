/**
 * Splitting and merging together: random MGET, MSET, DEL and EXISTS over several servers give the replies of one
 * server that has all keys.
 */
import { expect, test } from "bun:test";
import { lookupCommand } from "../../src/protocol/redis/command_lookup.ts";
import { KeyFinder } from "../../src/protocol/redis/key_finder.ts";
import { RequestScanner } from "../../src/protocol/redis/request_scanner.ts";
import type { Pool } from "../../src/proxy/pool.ts";
import { ClientRecord } from "../../src/proxy/client_record.ts";
import { PoolCounters } from "../../src/proxy/pool_counters.ts";
import { Splitter } from "../../src/proxy/redis/splitter.ts";
import { SEVERAL } from "../../src/proxy/placement.ts";
import { ReplyQueue } from "../../src/proxy/reply_queue.ts";
import { Request } from "../../src/proxy/request.ts";
import type { Session } from "../../src/proxy/session.ts";
import { Shared } from "../../src/proxy/shared.ts";
import { Outbox } from "../../src/transport/outbox.ts";
import { cutAt } from "../support/cuts.ts";
import { command } from "../support/resp_encoder.ts";
import { Random, SEED } from "../support/seed.ts";
import { WIDE } from "../unit/protocol/redis/scan_requests.ts";
import { drain, PLACES } from "../unit/proxy/redis/fragments.ts";
import { answer, DOWN, NaiveLane, NaiveServer } from "./naive_servers.ts";

const SERVERS = 4;
const KB = 1024;

/** Of a key by its last digit, so that the test knows it without asking the code that is tested. */
function serverOf(lastByte: number): number {
  return lastByte % SERVERS;
}

/** A session with lanes to all servers, without sockets. */
class Proxy {
  readonly lanes: NaiveLane[];
  readonly replies: ReplyQueue;
  readonly outbox: Outbox;
  readonly #splitter: Splitter;
  readonly #finder = new KeyFinder();

  readonly client = new ClientRecord();
  readonly pool: { readonly shared: Shared };

  constructor() {
    const shared = new Shared(Infinity, 1, () => {});
    this.pool = { shared };
    this.outbox = new Outbox(shared.budget);
    this.replies = new ReplyQueue(this.outbox, shared, { answered() {}, wrote() {}, held() {} });
    this.lanes = Array.from({ length: SERVERS }, () => new NaiveLane(shared));
    const router = {
      units: SERVERS,
      unitOf: (bytes: Uint8Array, _: number, end: number) => serverOf(bytes[end - 1]!),
      ownerOf: (unit: number) => unit,
    };
    const counters = new PoolCounters();
    this.#splitter = new Splitter(
      { router, backends: this.lanes, counters, replicas: { reads: null } } as unknown as Pool,
    );
  }

  /** Sends the request in fragments if it needs them; answers the server of all its keys otherwise. */
  serve(request: RequestScanner): number {
    const entry = lookupCommand(request.bytesOf(0), request.start(0), request.end(0))!;
    const count = this.#finder.findKeys(entry, request);
    const server = this.#splitter.place(request, this.#finder.keys, count);
    if (server === SEVERAL) {
      this.#splitter.send(this as unknown as Session, request, entry, this.#finder.keys, count);
    }
    return server;
  }

  expect(id: number): Request {
    const request = new Request(this as unknown as Session, null, id, 0);
    this.replies.push(request);
    return request;
  }

  charge(): void {}
}

/** The request as it is found in one chunk, or spread over up to three. */
function scan(words: readonly string[], random: Random): RequestScanner {
  const bytes = command(...words);
  const cuts = [1, 2].map(() => random.integer(1, bytes.length - 1)).sort((a, b) => a - b);
  const scanner = new RequestScanner(WIDE);
  for (const piece of cutAt(bytes, random.pick([[], cuts]))) {
    scanner.scan(piece.bytes, piece.start, piece.end);
  }
  return scanner;
}

function randomWords(random: Random): string[] {
  const name = random.pick(["MGET", "MSET", "DEL", "EXISTS"]);
  const keys = Array.from({ length: random.pick([1, 2, 5, 30, 300]) }, () => `key${random.integer(0, 40)}`);
  const long = random.pick([10, 30 * KB]);
  const value = () => String(random.integer(0, 9)).repeat(random.pick([0, 3, 100, long]));
  return [name, ...(name === "MSET" ? keys.flatMap((key) => [key, value()]) : keys)];
}

/** The servers of the request's keys, each once. */
function serversOf([name, ...args]: readonly string[]): number[] {
  const keys = args.filter((_, i) => name !== "MSET" || i % 2 === 0);
  return [...new Set(keys.map((key) => serverOf(key.charCodeAt(key.length - 1))))];
}

test.each(Array.from({ length: 6 }, (_, i) => i))(
  "split requests are answered as one in random round %d",
  (round) => {
    const random = new Random(`split ${round}`);
    const proxy = new Proxy();
    const single = new NaiveServer();
    for (let step = 0; step < 40; step++) {
      const words = randomWords(random);
      const servers = serversOf(words);
      const placed = proxy.serve(scan(words, random));
      expect(placed).toBe(servers.length === 1 ? servers[0]! : SEVERAL);
      if (servers.length === 1) continue;
      const expected = single.run(words);
      const answers = proxy.lanes.flatMap((lane) => lane.run());
      expect(answers.length).toBe(servers.length);
      while (answers.length > 0) {
        expect(proxy.outbox.bytes).toBe(0);
        const [next] = answers.splice(random.integer(0, answers.length - 1), 1);
        answer(next!.request, random.pick(PLACES)[1](next!.reply));
      }
      const isRight = drain(proxy.outbox) === expected.toString("latin1");
      expect({ SEED, step, name: words[0], isRight }).toEqual({ SEED, step, name: words[0], isRight: true });
    }
    expect([proxy.replies.pending, proxy.replies.heldBytes]).toEqual([0, 0]);
  },
);

test.each([[[1]], [[1, 2]], [[0, 1, 2, 3]]])(
  "a split request fails once when servers %j are down",
  (down) => {
    for (const name of ["MGET", "DEL", "EXISTS"]) {
      const proxy = new Proxy();
      for (const server of down) proxy.lanes[server]!.isDown = true;
      proxy.serve(scan([name, "key0", "key1", "key2", "key3"], new Random(name)));
      for (const { request, reply } of proxy.lanes.flatMap((lane) => lane.run())) {
        answer(
          request,
          PLACES[0]![1](reply),
        );
      }
      expect([drain(proxy.outbox), proxy.replies.pending, proxy.replies.heldBytes]).toEqual([
        DOWN.toString(),
        0,
        0,
      ]);
    }
  },
);

test("a split request that is answered after its session has closed leaves nothing behind", () => {
  const proxy = new Proxy();
  proxy.serve(scan(["MGET", "key0", "key1", "key2"], new Random("closed")));
  const answers = proxy.lanes.flatMap((lane) => lane.run());
  answer(answers[0]!.request, PLACES[0]![1](answers[0]!.reply));
  proxy.replies.close();
  for (const { request, reply } of answers.slice(1)) answer(request, PLACES[0]![1](reply));
  expect([proxy.outbox.bytes, proxy.replies.pending, proxy.replies.heldBytes]).toEqual([0, 0, 0]);
});
