/**
 * Sessions and lanes without sockets: requests of several sessions go to several lanes, whose replies come in random
 * pieces, late, or not before their requests expire. Every session gets its replies in the order it asked for them.
 */
import { expect, test } from "bun:test";
import { ReplyScanner } from "../../src/protocol/redis/reply_scanner.ts";
import { Failure } from "../../src/proxy/failure.ts";
import { Families } from "../../src/proxy/families.ts";
import { InFlight } from "../../src/proxy/in_flight.ts";
import { LaneInbox } from "../../src/proxy/lane_inbox.ts";
import { Pool } from "../../src/proxy/pool.ts";
import { PoolCounters } from "../../src/proxy/pool_counters.ts";
import { ReplyQueue } from "../../src/proxy/reply_queue.ts";
import { Request, SETTLED, STREAMING } from "../../src/proxy/request.ts";
import { ServerCounters } from "../../src/proxy/server_counters.ts";
import type { Session } from "../../src/proxy/session.ts";
import { Shared } from "../../src/proxy/shared.ts";
import { Outbox } from "../../src/transport/outbox.ts";
import { array, bulk, error, integer, nullBulk, simple } from "../support/resp_encoder.ts";
import { Random, SEED } from "../support/seed.ts";
import { drain } from "../unit/proxy/redis/fragments.ts";

const KB = 1024;
const LATE = "Operation timed out";
const TIMEOUT_MS = 100;

/** A client's side: what it was promised, and what it got. */
class Client {
  readonly outbox: Outbox;
  readonly replies: ReplyQueue;
  readonly promised: { text: string }[] = [];
  received = "";
  closed = false;

  constructor(shared: Shared) {
    this.outbox = new Outbox(shared.budget);
    this.replies = new ReplyQueue(this.outbox, shared, { answered() {}, wrote() {}, held() {} });
  }

  flush(): void {
    this.received += drain(this.outbox);
  }

  close(): void {
    this.closed = true;
    this.replies.close();
    this.outbox.clear();
  }
}

/** A server's side: the replies it has still to send. */
class Server {
  readonly fifo: InFlight;
  readonly #inbox: LaneInbox;
  readonly #waiting: { request: Request; promise: { text: string } }[] = [];
  #toSend = Buffer.alloc(0);

  constructor(pool: Pool) {
    const counters = new ServerCounters("server", new Families([]));
    this.fifo = new InFlight(pool, counters);
    this.#inbox = new LaneInbox(pool, this.fifo, new ReplyScanner(), counters);
  }

  ask(client: Client, reply: Buffer, now: number): void {
    const request = new Request(client as unknown as Session, null, 0, now);
    const promise = { text: reply.toString("latin1") };
    client.promised.push(promise);
    client.replies.push(request);
    this.fifo.push(request);
    this.#waiting.push({ request, promise });
    this.#toSend = Buffer.concat([this.#toSend, reply]);
  }

  /** The next bytes of its replies arrive. */
  send(size: number): void {
    const chunk = Buffer.from(this.#toSend.subarray(0, size));
    this.#toSend = this.#toSend.subarray(chunk.length);
    if (chunk.length > 0) expect(this.#inbox.read(chunk, 0)).toBe("");
    this.#waiting.splice(0, this.#waiting.length - this.fifo.length);
  }

  /** Requests that are overdue are answered with an error; not one whose reply is being passed on. */
  expire(now: number): void {
    for (let i = this.fifo.abandoned; i < this.#waiting.length; i++) {
      const { request, promise } = this.#waiting[i]!;
      if (request.enteredMs + TIMEOUT_MS > now) break;
      if (request.state === STREAMING) continue;
      // A client that has gone is told nothing more.
      if (request.state !== SETTLED) promise.text = error(`ERR ${LATE}`).toString();
    }
    this.fifo.expire(now, TIMEOUT_MS, now, new Failure("timeout", LATE));
  }
}

function randomReply(random: Random): Buffer {
  const sizes = [0, 5, 100, 3 * KB, 15 * KB, 17 * KB, 60 * KB];
  const value = () => bulk(String(random.integer(0, 9)).repeat(random.pick(sizes)));
  switch (random.integer(0, 5)) {
    case 0:
      return random.pick([simple("OK"), nullBulk(), integer(random.integer(-5, 5)), error("ERR no")]);
    case 1:
      return array(Array.from({ length: random.integer(0, 5) }, value));
    default:
      return value();
  }
}

test.each(Array.from({ length: 30 }, (_, i) => i))("replies keep their order in random round %d", (round) => {
  const random = new Random(`reply order ${round}`);
  const shared = new Shared(Infinity, 1, () => {});
  const { settle, fail } = Pool.prototype;
  const protocol = { errorReply: (text: string) => error(`ERR ${text}`) };
  const pool = { settle, fail, protocol, shared, counters: new PoolCounters() } as unknown as Pool;
  const clients = Array.from({ length: 3 }, () => new Client(shared));
  const servers = Array.from({ length: 3 }, () => new Server(pool));

  for (let now = 0; now < 400; now++) {
    const action = random.integer(0, 99);
    const server = random.pick(servers);
    const open = clients.filter(({ closed }) => !closed);
    if (action < 40 && open.length > 0) server.ask(random.pick(open), randomReply(random), now);
    else if (action < 80) server.send(random.pick([1, 10, KB, 20 * KB, 64 * KB]));
    else if (action < 85) server.expire(now);
    else if (action < 95) random.pick(clients).flush();
    else if (action < 99) shared.early.endTurn();
    else if (random.integer(0, 5) === 0) random.pick(clients).close();
  }
  for (const server of servers) server.send(Infinity);

  for (const client of clients) {
    client.flush();
    const promised = client.promised.map(({ text }) => text).join("");
    const isAsPromised = client.closed ? promised.startsWith(client.received) : promised === client.received;
    expect({ SEED, isAsPromised }).toEqual({ SEED, isAsPromised: true });
    expect([client.replies.heldBytes, client.replies.pending]).toEqual([0, 0]);
  }
  expect(servers.map(({ fifo }) => [fifo.length, fifo.abandoned])).toEqual(Array(3).fill([0, 0]));
  expect(shared.budget.used).toBe(0);
});
