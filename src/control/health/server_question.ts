/** Questions to a server on a connection of their own, which no client's request ever takes. */
import type { PoolConfig, ServerConfig } from "../../config/mod.ts";
import { type Pool, type Protocol, ReplyView, Request, Shared } from "../../proxy/mod.ts";
import type { ConnectTls } from "../../transport/tls.ts";
import { turn } from "../../transport/turn.ts";
import { makePool, makeRouter } from "../worker/pool_parts.ts";

/** A question that is not answered by then has failed; milliseconds. */
const PATIENCE_MS = 2000;
/** Bytes a question and its answer may hold. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Whom to ask. */
export interface Asked {
  /** The pool, as which the server is asked. */
  readonly config: PoolConfig;
  readonly server: ServerConfig;
  readonly serverTls: ConnectTls | null;
}

/** Questions under way, which are asked at once. */
export class ServerQuestion {
  readonly #until: number;
  readonly #pool: Pool;
  readonly #answered: (replies: Uint8Array[] | null) => void;
  readonly #replies: Uint8Array[] = [];
  #isOver = false;

  /** Calls `answered` once: with all replies, whole, or with null when the server doesn't give them in time. */
  constructor(
    { config, server, serverTls }: Asked,
    questions: (protocol: Protocol) => readonly Uint8Array[],
    now: number,
    answered: (replies: Uint8Array[] | null) => void,
  ) {
    this.#until = now + PATIENCE_MS;
    this.#answered = answered;
    const alone = {
      ...config,
      cluster: null,
      servers: [server],
      serverConnections: 1,
      preconnect: false,
      learnCommands: false,
    };
    this.#pool = makePool({
      config: alone,
      servers: alone.servers,
      numbers: [0],
      router: makeRouter(alone, { live: [true], epoch: 0, cluster: null }),
      serverTls,
      groups: [],
      shared: new Shared(MOST_BYTES, 0, () => {}),
      seat: 0,
      watcher: { backendReady() {}, backendFailed: () => this.#settle(null), layoutDoubted() {} },
    });
    this.#ask(questions(this.protocol));
  }

  /** The protocol that the server is asked in. */
  get protocol(): Protocol {
    return this.#pool.protocol;
  }

  /** Looks after its deadline. */
  tick(now: number): void {
    if (this.#isOver) return;
    this.#pool.tick(now);
    if (now >= this.#until) this.#settle(null);
  }

  /** Closes its connection; nobody is told anything any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pool.close();
  }

  #ask(questions: readonly Uint8Array[]): void {
    turn.begin();
    const lane = this.#pool.backends[0]!.firstLane;
    let kept = 0;
    const taker = {
      keep: (_: Request, size: number) => {
        kept += size;
        if (kept > MOST_BYTES) this.#settle(null);
      },
      take: (reply: Request) => {
        this.#replies.push(new ReplyView(reply).copy());
        if (this.#replies.length === questions.length) this.#settle(this.#replies);
      },
    };
    for (const question of questions) {
      if (!lane.begin(new Request(null, taker, 0, turn.now))) return;
      lane.outbox.append(question, 0, question.length);
    }
    lane.push();
  }

  /** Not from within the connection that is closed by it. */
  #settle(replies: Uint8Array[] | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    setImmediate(() => {
      this.#pool.close();
      this.#answered(replies);
    });
  }
}
