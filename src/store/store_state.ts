/** What all sessions of a store share. */
import { Budget } from "../transport/budget.ts";
import type { Speaker } from "./job.ts";
import { TOTAL_BYTES } from "./limits.ts";
import type { Runner } from "./runner.ts";
import type { Session } from "./session.ts";

/** One store's clients and means. */
export class StoreState {
  readonly sessions = new Set<Session>();
  readonly budget: Budget = new Budget(TOTAL_BYTES, () => this.#sendAwayLargest());
  #lastClientId = 0;
  #emptied: (() => void) | null = null;

  constructor(
    readonly runner: Runner,
    /** Who speaks with a client whose first byte is this. */
    readonly speakerFor: (session: Session, firstByte: number) => Speaker,
    readonly report: (text: string) => void,
  ) {}

  /** The session's connection is gone. */
  gone(session: Session): void {
    this.sessions.delete(session);
    if (this.sessions.size === 0) this.#emptied?.();
  }

  /** Settles when no client is left. */
  emptied(): Promise<void> {
    if (this.sessions.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#emptied = resolve));
  }

  takeClientId(): number {
    return ++this.#lastClientId;
  }

  /** Replies take more memory than there is for them: the client that reads least loses its connection. */
  #sendAwayLargest(): void {
    let largest: Session | null = null;
    for (const session of this.sessions) {
      if (largest === null || session.stream.outbox.bytes > largest.stream.outbox.bytes) largest = session;
    }
    if (largest === null) return;
    this.report(
      `the client ${largest.peer} is sent away: it does not read its replies, and they take too much memory`,
    );
    // Not from inside a call into its stream.
    queueMicrotask(() => largest.abort());
  }
}
