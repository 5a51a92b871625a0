/**
 * Reads on their way to replicas, without sockets: replies come in pieces, replicas refuse or die, reads are asked of
 * a second member at random moments. Whatever happens, a client gets one reply to each read, in the order it asked,
 * and the right one unless the primary failed it too.
 */
import { expect, test } from "bun:test";
import { ReplyScanner } from "../../src/protocol/redis/reply_scanner.ts";
import { Failure } from "../../src/proxy/failure.ts";
import { Families } from "../../src/proxy/families.ts";
import { InFlight } from "../../src/proxy/in_flight.ts";
import { LaneInbox } from "../../src/proxy/lane_inbox.ts";
import { Pool } from "../../src/proxy/pool.ts";
import { PoolCounters } from "../../src/proxy/pool_counters.ts";
import type { ReplicaGroup } from "../../src/proxy/replicas/group.ts";
import { Hedging } from "../../src/proxy/replicas/hedging.ts";
import type { Member } from "../../src/proxy/replicas/member.ts";
import { ReplicaRead } from "../../src/proxy/replicas/replica_read.ts";
import { ReplyQueue } from "../../src/proxy/reply_queue.ts";
import { Request } from "../../src/proxy/request.ts";
import { ServerCounters } from "../../src/proxy/server_counters.ts";
import type { Session } from "../../src/proxy/session.ts";
import { Shared } from "../../src/proxy/shared.ts";
import { Outbox } from "../../src/transport/outbox.ts";
import { turn } from "../../src/transport/turn.ts";
import { parseAllResp } from "../support/resp.ts";
import { bulk, command, error } from "../support/resp_encoder.ts";
import { Random, SEED } from "../support/seed.ts";
import { drain } from "../unit/proxy/redis/fragments.ts";

const KB = 1024;
const DEAD = new Failure("reset", "ECONNRESET", "Connection reset by peer");
const DEAD_REPLY = error(`ERR ${DEAD.text}`).toString();

const REFUSALS = [error("LOADING Redis is loading"), error(`MASTERDOWN ${"x".repeat(50)}`)];

/** The reply to a read, which says how long it is. */
function valueOf(read: string): Buffer {
  return bulk(`${read}:${"v".repeat(Number(read.split(" ")[1]))}`);
}

/** A member with a lane to a server. */
class World {
  readonly counters = new PoolCounters();
  readonly shared = new Shared(Infinity, 1, () => {});
  readonly pool: Pool;
  readonly members: Server[];
  readonly hedging: Hedging;

  constructor(random: Random) {
    const { settle, fail } = Pool.prototype;
    const protocol = { errorReply: (text: string) => error(`ERR ${text}`) };
    const config = { timeoutMs: 0 };
    const { shared, counters } = this;
    this.pool = { settle, fail, protocol, shared, counters, config } as unknown as Pool;
    this.members = [0, 1, 2].map((i) => new Server(this.pool, i === 0, random));
    Object.assign(this.pool, { backends: this.members.map(({ backend }) => backend) });
    this.hedging = new Hedging({ after: "p95", sharePercent: 100 }, counters);
  }

  get group(): ReplicaGroup {
    const [primary] = this.members;
    const another = (one: Member) => this.members.findLast((each) => (each as unknown) !== one);
    return { primary, another, refused() {} } as unknown as ReplicaGroup;
  }
}

/** One member, its lane and its server, as far as reads use them. */
class Server {
  readonly full = false;
  readonly outbox: Outbox;
  readonly fifo: InFlight;
  reads = 0;
  repeated = 0;
  readonly #inbox: LaneInbox;
  readonly #scanner = new ReplyScanner();
  #toSend = Buffer.alloc(0);

  constructor(pool: Pool, readonly isPrimary: boolean, readonly random: Random) {
    const counters = new ServerCounters("server", new Families([]));
    this.outbox = new Outbox(pool.shared.budget);
    this.fifo = new InFlight(pool, counters);
    this.#inbox = new LaneInbox(pool, this.fifo, this.#scanner, counters);
  }

  readonly backend = { laneOf: () => this };

  begin(request: Request): boolean {
    this.fifo.push(request);
    return true;
  }

  push(): void {
    const asked = parseAllResp(Buffer.from(drain(this.outbox), "latin1"), "latin1") as string[][];
    for (const [, read] of asked) {
      const refuses = !this.isPrimary && this.random.integer(0, 4) === 0;
      this.#toSend = Buffer.concat([
        this.#toSend,
        refuses ? this.random.pick(REFUSALS) : valueOf(read!),
      ]);
    }
  }

  /** The next bytes of its replies arrive. */
  send(size: number): void {
    const chunk = Buffer.from(this.#toSend.subarray(0, size));
    this.#toSend = this.#toSend.subarray(chunk.length);
    if (chunk.length > 0) expect(this.#inbox.read(chunk, 0)).toBe("");
  }

  /** Its connection breaks. */
  die(): void {
    this.#toSend = Buffer.alloc(0);
    this.#scanner.reset();
    this.fifo.failBefore(Infinity, DEAD);
  }
}

/** A client that reads. */
class Reader {
  readonly outbox: Outbox;
  readonly replies: ReplyQueue;
  readonly client = { redis: null };
  readonly asked: string[] = [];
  readonly pool: Pool;
  received = "";
  closed = false;

  constructor(pool: Pool) {
    this.pool = pool;
    this.outbox = new Outbox(pool.shared.budget);
    this.replies = new ReplyQueue(this.outbox, pool.shared, { answered() {}, wrote() {}, held() {} });
  }

  read({ group, hedging }: World, member: Server, size: number): ReplicaRead {
    const text = `${this.asked.length} ${size}`;
    this.asked.push(text);
    const session = this as unknown as Session;
    const record = new Request(session, null, 0, turn.now);
    this.replies.push(record);
    const bytes = command("GET", text);
    const end = bytes.length;
    const parts = { session, group, member: member as unknown as Member, bytes, start: 0, end, kept: end };
    const read = new ReplicaRead(record, { ...parts, sinceMs: -Infinity }, hedging);
    read.send();
    return read;
  }

  flush(): void {
    this.outbox.writeTo({
      write: (bytes, start, length) => {
        this.received += Buffer.from(bytes).toString("latin1", start, start + length);
        return length;
      },
    });
  }

  /** What the session does when a reply breaks off that was being passed on. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.flush();
    this.replies.close();
    this.outbox.clear();
  }

  waitFor(): void {}
}

/** Whether these are the replies to all reads, or to the first of them where the client is gone. */
function isRight({ received, asked, closed }: Reader): boolean {
  let at = 0;
  for (const read of asked) {
    const value = valueOf(read).toString();
    if (received.startsWith(value, at)) at += value.length;
    else if (received.startsWith(DEAD_REPLY, at)) at += DEAD_REPLY.length;
    else return closed && value.startsWith(received.slice(at));
  }
  return at === received.length;
}

test.each(Array.from({ length: 60 }, (_, i) => i))("reads get one reply each in random round %d", (round) => {
  const random = new Random(`replica reads ${round}`);
  const world = new World(random);
  const primaryDies = round % 2 === 0;
  const readers = Array.from({ length: 3 }, () => new Reader(world.pool));
  let waiting: ReplicaRead[] = [];

  for (let step = 0; step < 500; step++) {
    const action = random.integer(0, 99);
    const member = random.pick(world.members);
    const open = readers.filter(({ closed }) => !closed);
    if (action < 35 && open.length > 0) {
      const size = random.pick([0, 5, 100, 3 * KB, 20 * KB]);
      waiting.push(random.pick(open).read(world, member, size));
    } else if (action < 50) {
      waiting = waiting.filter((read) => read.isWaiting);
      if (waiting.length > 0) random.pick(waiting).hedge();
    } else if (action < 88) member.send(random.pick([1, 10, KB, 8 * KB, 64 * KB]));
    else if (action < 92 && (primaryDies || !member.isPrimary)) member.die();
    else if (action < 95) random.pick(readers).flush();
    else if (action < 99) world.shared.early.endTurn();
    else if (random.integer(0, 9) === 0) random.pick(readers).close();
  }
  // What is asked again meanwhile is answered too.
  for (let i = 0; i < 3; i++) for (const member of world.members) member.send(Infinity);

  for (const reader of readers) {
    reader.flush();
    expect({ SEED, round, right: isRight(reader) }).toEqual({ SEED, round, right: true });
    const hasFailed = reader.received.includes(DEAD_REPLY);
    expect({ SEED, round, hasFailed: hasFailed && !primaryDies }).toEqual({ SEED, round, hasFailed: false });
    expect([reader.replies.pending, reader.replies.heldBytes]).toEqual([0, 0]);
  }
  expect(world.members.map(({ fifo }) => [fifo.length, fifo.abandoned])).toEqual(Array(3).fill([0, 0]));
  expect(world.shared.budget.used).toBe(0);
});
