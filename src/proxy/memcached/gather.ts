/**
 * Requests with several keys, such as `get a b c`: one fragment per server, then the VALUE blocks of all and one
 * END. Clients match values by key, so their order is free: server by server.
 */
import type { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { turn } from "../../transport/turn.ts";
import { NO_SERVER } from "../failure.ts";
import { NONE, Placement } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { ReplyView } from "../reply_view.ts";
import { type ReplyBody, Request } from "../request.ts";
import type { Session } from "../session.ts";
import { type Merge, type Merged, release, Split } from "../split.ts";
import { noteKey } from "../request_key.ts";
import { appendWord, CRLF } from "./request_bytes.ts";

const END = Buffer.from("END\r\n");
const END_TEXT = "END\r\n";
const SERVER_ERROR = "SERVER_ERROR ";
const UNEXPECTED = "SERVER_ERROR a server answered a part of the request with an unexpected reply\r\n";
/** The longest key with the space before it and the CRLF behind it; bytes. */
const LONGEST_WORD = 253;

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
    this.#pool.hotKeys.passAll(request, keys, count);
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const split = new Split(parent, new Values(this.#pool));
    if (this.#placement.place(this.#pool.router, request, keys, count) === -1) {
      this.#pool.fail(newFragment(split, parent), NO_SERVER, null);
    } else {
      for (const server of this.#placement.chain(count, this.#pool.backends.length)) {
        this.#ask(server, session, request, split, parent);
      }
    }
    split.seal();
  }

  /** Asks one server for its keys, with as many requests as that takes. */
  #ask(server: number, session: Session, request: RequestScanner, split: Split, parent: Request): void {
    const lane = this.#pool.backends[server]!.laneOf(session);
    let key = this.#placement.first[server]!;
    while (key !== NONE) {
      // After a failure all that follow fail at once too.
      this.#pool.counters.fragments++;
      const fragment = newFragment(split, parent);
      noteKey(fragment, request, request.command!.keyAt + key);
      if (lane.begin(fragment)) key = this.#append(lane.outbox, request, key);
      else key = NONE;
    }
    lane.push();
    if (lane.full) session.waitFor(lane);
  }

  /** Appends one request for `key` and those of its server that follow. Answers the first that didn't fit. */
  #append(outbox: Outbox, request: RequestScanner, key: number): number {
    const { next } = this.#placement;
    const { keyAt, longestLine } = request.command!;
    const bytes = request.bytes!;
    const lineAt = outbox.position;
    appendWord(outbox, request, 0);
    // A word goes with the space before it.
    for (let word = 1; word < keyAt; word++) outbox.append(bytes, request.start(word) - 1, request.end(word));
    let i = key;
    while (i !== NONE && outbox.position - lineAt + LONGEST_WORD < longestLine) {
      const from = request.start(keyAt + i) - 1;
      // Neighbours that go to one server lie side by side in the line: they are appended together.
      if (request.plain && longestLine === Infinity) { while (next[i] === i + 1) i++; }
      outbox.append(bytes, from, request.end(keyAt + i));
      i = next[i]!;
    }
    outbox.append(CRLF, 0, 2);
    return i;
  }

  #listKeys(keyAt: number, count: number): Int32Array {
    if (this.#keys.length < count) this.#keys = new Int32Array(count);
    for (let i = 0; i < count; i++) this.#keys[i] = keyAt + i;
    return this.#keys;
  }
}

function newFragment(split: Split, parent: Request): Request {
  const fragment = new Request(null, split, parent.command, turn.now);
  split.add(fragment);
  return fragment;
}

/** The VALUE blocks of all servers and one END. What a server fails to give is missing, if the pool wants that. */
export class Values implements Merge, ReplyBody {
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
      if (areValues(reply)) {
        this.heldBytes += reply.size;
        this.#replies.push(reply);
        continue;
      }
      const error = errorIn(reply);
      if (this.#pool.config.getFailures === "error" || !error.startsWith(SERVER_ERROR)) {
        return Buffer.from(error, "latin1");
      }
      this.#pool.counters.forgiven++;
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
}

/** Whether a reply is VALUE blocks, or none, and END. */
function areValues(reply: ReplyView): boolean {
  const isAny = reply.size > END.length;
  if (isAny && !reply.has("VALUE ", reply.from)) return false;
  return reply.has(END_TEXT, reply.from + reply.size - END.length);
}

/** The error a reply is, or ends in when the server failed behind its first values. */
function errorIn(reply: ReplyView): string {
  const text = Buffer.from(reply.copy()).toString("latin1");
  const line = text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
  return /^(SERVER_ERROR|CLIENT_ERROR|ERROR)\b/.test(line) ? line : UNEXPECTED;
}
