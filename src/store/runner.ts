/**
 * Runs what clients ask, one transaction for all that came in a turn of the event loop; while that is under way the
 * next one's requests gather. So one commit, and one sync, are for as many clients as there are.
 *
 *     turn ends ▶ begin ▶ job, job, job … ▶ commit ▶ replies leave
 *                                            └ failed ▶ rollback ▶ every request of it is answered with the error
 */
import { type EndsTurn, turn } from "../transport/turn.ts";
import type { Keyspace } from "./data/keyspace.ts";
import { BATCH_REPLY_BYTES, BATCH_REQUESTS, SESSION_REQUESTS } from "./limits.ts";
import type { Session } from "./session.ts";

/** Keys that are read ahead, for all clients together. */
const READ_AHEAD = 256;

/** Something that is done in a transaction and that no client waits for. */
export type Chore = (keyspace: Keyspace) => Promise<void>;

/** The one that runs transactions. */
export class Runner implements EndsTurn {
  readonly #keyspace: Keyspace;
  readonly #failed: (error: Error) => void;
  readonly #ready = new Set<Session>();
  readonly #chores = new Set<Chore>();
  #isMarked = false;
  #working: Promise<void> | null = null;

  /** `failed` hears of transactions that are lost. */
  constructor(keyspace: Keyspace, failed: (error: Error) => void) {
    this.#keyspace = keyspace;
    this.#failed = failed;
  }

  /** The session has jobs that may be served. */
  ready(session: Session): void {
    this.#ready.add(session);
    this.#atEndOfTurn();
  }

  /** Has the chore done with what clients ask next, or by itself. */
  add(chore: Chore): void {
    this.#chores.add(chore);
    this.#atEndOfTurn();
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  endTurn(): void {
    this.#isMarked = false;
    this.#working ??= this.#work().finally(() => (this.#working = null));
  }

  turnFailed(error: Error): void {
    this.#failed(error);
  }

  #atEndOfTurn(): void {
    if (this.#isMarked || this.#working !== null) return;
    this.#isMarked = true;
    turn.atEnd(this);
  }

  async #work(): Promise<void> {
    while (this.#ready.size > 0 || this.#chores.size > 0) {
      await this.#runBatch();
      // Others are heard between two transactions.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #runBatch(): Promise<void> {
    const sessions = [...this.#ready];
    this.#ready.clear();
    try {
      await this.#keyspace.begin(Date.now());
      await this.#readAhead(sessions);
      await this.#serve(sessions);
      await this.#doChores();
      await this.#keyspace.commit();
    } catch (error) {
      await this.#keyspace.rollback();
      this.#failed(error as Error);
      failAll(sessions, faultText(error as Error));
    }
    // Who had no turn comes first in the next transaction.
    const [unserved, served] = [
      sessions.filter(({ served }) => served === 0),
      sessions.filter(({ served }) => served > 0),
    ];
    for (const session of [...unserved, ...served]) {
      session.settle();
      if (session.isReady) this.#ready.add(session);
    }
  }

  async #readAhead(sessions: readonly Session[]): Promise<void> {
    if (this.#keyspace.engine.isLocal) return;
    const names: Buffer[] = [];
    for (const session of sessions) names.push(...session.nextNames(READ_AHEAD - names.length));
    await this.#keyspace.prefetch(names);
  }

  async #serve(sessions: readonly Session[]): Promise<void> {
    let requests = 0;
    let replyBytes = 0;
    for (const session of sessions) {
      while (requests < BATCH_REQUESTS && replyBytes < BATCH_REPLY_BYTES) {
        const job = session.served < SESSION_REQUESTS ? session.takeJob() : null;
        if (job === null) break;
        requests++;
        session.replies.begin();
        const done = job.serve(this.#keyspace);
        if (done !== undefined) await done;
        this.#keyspace.trim();
      }
      replyBytes += session.replies.length;
    }
  }

  async #doChores(): Promise<void> {
    const chores = [...this.#chores];
    this.#chores.clear();
    for (const chore of chores) await chore(this.#keyspace);
  }
}

/** Fails what was served; where not even that was possible, what waits, or it would be tried for ever. */
function failAll(sessions: readonly Session[], text: string): void {
  const served = sessions.filter((session) => session.served > 0);
  for (const session of served.length > 0 ? served : sessions) session.fail(text);
}

function faultText({ message }: Error): string {
  return `the transaction with this request failed, nobody knows whether it was stored: ${message}`;
}
