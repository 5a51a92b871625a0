/**
 * Requests with several keys, such as `get a b c`: one fragment per server, then the VALUE blocks of all and one
 * END. Clients match values by key, so their order is free: server by server.
 */
import type { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { turn } from "../../transport/turn.ts";
import { NONE, Placement } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { ReplyView } from "../reply_view.ts";
import { type ReplyBody, Request } from "../request.ts";
import type { Session } from "../session.ts";
import { type Merge, type Merged, release, Split } from "../split.ts";
import { appendWord, CRLF } from "./request_bytes.ts";

const END = Buffer.from("END\r\n");
const END_TEXT = "END\r\n";
const SERVER_ERROR = "SERVER_ERROR ";

/** Sends requests with several keys. One per pool. */
export class Gather {
  readonly #pool: Pool;
  readonly #placement = new Placement();
  /** Argument indexes of the keys. */
  #keys = new Int32Array(64);

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Asks the servers for their keys. */
  send(session: Session, request: RequestScanner): void {
    const command = request.command!;
    const count = request.count - command.keyAt;
    const keys = this.#listKeys(command.keyAt, count);
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    if (this.#placement.place(this.#pool.router, request, keys, count) === -1) {
      this.#failAll(parent);
      return;
    }
    const servers = this.#placement.chain(count, this.#pool.backends.length);
    const split = new Split(parent, servers.length, new Values(this.#pool));
    for (const server of servers) {
      const lane = this.#pool.backends[server]!.laneOf(session);
      const fragment = new Request(null, split, command.id + 1, turn.now);
      split.add(fragment);
      if (!lane.begin(fragment)) continue;
      this.#append(lane.outbox, request, server);
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
  }

  /** No server is left to ask. */
  #failAll(parent: Request): void {
    const split = new Split(parent, 1, new Values(this.#pool));
    const fragment = new Request(null, split, parent.command, turn.now);
    split.add(fragment);
    this.#pool.fail(fragment, "Connection refused");
  }

  #append(outbox: Outbox, request: RequestScanner, server: number): void {
    const { first, next } = this.#placement;
    const { keyAt } = request.command!;
    const bytes = request.bytes!;
    appendWord(outbox, request, 0);
    // A word goes with the space before it.
    for (let word = 1; word < keyAt; word++) outbox.append(bytes, request.start(word) - 1, request.end(word));
    for (let i = first[server]!; i !== NONE; i = next[i]!) {
      const from = request.start(keyAt + i) - 1;
      // Neighbours that go to one server lie side by side in the line: they are appended together.
      if (request.plain) { while (next[i] === i + 1) i++; }
      outbox.append(bytes, from, request.end(keyAt + i));
    }
    outbox.append(CRLF, 0, 2);
  }

  #listKeys(keyAt: number, count: number): Int32Array {
    if (this.#keys.length < count) this.#keys = new Int32Array(count);
    for (let i = 0; i < count; i++) this.#keys[i] = keyAt + i;
    return this.#keys;
  }
}

/** The VALUE blocks of all servers and one END. What a server fails to give is missing, if the pool wants that. */
class Values implements Merge, ReplyBody {
  heldBytes = 0;
  readonly #pool: Pool;
  readonly #replies: ReplyView[] = [];
  #fragments: readonly Request[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  merge(fragments: readonly Request[]): Merged {
    this.#fragments = fragments;
    for (let i = 0; i < fragments.length; i++) {
      const reply = new ReplyView(fragments[i]!);
      if (reply.has(END_TEXT, reply.from + reply.size - END.length)) {
        this.heldBytes += reply.size;
        this.#replies.push(reply);
      } else if (this.#isForgiven(reply)) {
        this.#pool.forgiven++;
      } else {
        return reply.copy();
      }
    }
    return this;
  }

  writeTo(outbox: Outbox): void {
    for (const reply of this.#replies) {
      reply.appendTo(outbox, reply.from, reply.from + reply.size - END.length);
    }
    outbox.append(END, 0, END.length);
    for (const fragment of this.#fragments) release(fragment);
  }

  #isForgiven(reply: ReplyView): boolean {
    return this.#pool.config.getFailures === "miss" && reply.has(SERVER_ERROR, reply.from);
  }
}
