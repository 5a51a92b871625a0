/** What all pools of a worker share: one account of memory, one list of early replies, one way to report. */
import { Budget } from "../transport/budget.ts";
import { type EndsTurn, turn } from "../transport/turn.ts";
import { EarlyReplies } from "./early_replies.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";

/** How much an event matters, on nutcracker's scale: 3 error, 4 warning, 5 notice, 6 information. */
export type Level = 3 | 4 | 5 | 6;

/** Something an operator may want to know: an event's name and its facts. */
export type Report = (level: Level, event: string, facts: Record<string, string | number>) => void;

/** The shared part of a worker. */
export class Shared implements EndsTurn {
  readonly budget: Budget;
  readonly early: EarlyReplies = new EarlyReplies();
  readonly report: Report;
  readonly pools: Pool[] = [];
  /** Client connections of all pools. */
  clients = 0;
  /** Connections beyond the limit that have been told so and are not yet closed. */
  refusing = 0;
  /** Client connections that fit below the limit of open files. */
  readonly maxClients: number;
  #shedding = false;
  #flushed = false;
  #lastId = 0;

  constructor(maxTotalBytes: number, maxClients: number, report: Report) {
    this.budget = new Budget(maxTotalBytes, () => this.#shed());
    this.maxClients = maxClients;
    this.report = report;
  }

  /** A number no other session of this worker has had. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Closes the sessions that hold most until there is room for the others' replies. */
  endTurn(): void {
    if (!this.#flushed) {
      // What connections write at the end of this turn may make the room that is missing.
      this.#flushed = true;
      turn.atEnd(this);
      return;
    }
    this.#shedding = false;
    while (this.budget.isOver) {
      const largest = this.#largestSession();
      if (largest === null || largest.heldBytes === 0) return;
      largest.close("limits.total_bytes: the worker is over its limit and this client holds most");
    }
  }

  turnFailed(error: Error): void {
    throw error;
  }

  #shed(): void {
    if (this.#shedding) return;
    this.#shedding = true;
    this.#flushed = false;
    turn.atEnd(this);
  }

  #largestSession(): Session | null {
    let largest: Session | null = null;
    for (const pool of this.pools) {
      for (const session of pool.sessions) {
        if (largest === null || session.heldBytes > largest.heldBytes) largest = session;
      }
    }
    return largest;
  }
}
