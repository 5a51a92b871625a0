/** What all pools of a worker share: one account of memory, one list of early replies, one way to report. */
import type { InstanceFigures, SlowRequest } from "../stats/mod.ts";
import { Budget } from "../transport/budget.ts";
import { type EndsTurn, turn } from "../transport/turn.ts";
import { EarlyReplies } from "./early_replies.ts";
import type { Report } from "./events.ts";
import { type InstanceClients, OwnClients } from "./instance_clients.ts";
import { LoginThrottle } from "./login_throttle.ts";
import type { Pool } from "./pool.ts";
import { Seats } from "./seats.ts";
import type { Session } from "./session.ts";
import { SlowLog } from "./slow_log.ts";

/** What clients may ask of the whole instance; a worker knows only its own part. */
export interface InstanceAnswers {
  instanceFigures(): Promise<InstanceFigures>;
  /** The slow log, newest first. */
  instanceSlowLog(): Promise<SlowRequest[]>;
  /** Forgets the slow requests of a pool. */
  resetInstanceSlowLog(pool: string): Promise<void>;
}

const nobody = (): Promise<never> => Promise.reject(new Error("there is no supervisor to ask"));
const NOBODY: InstanceAnswers = {
  instanceFigures: nobody,
  instanceSlowLog: nobody,
  resetInstanceSlowLog: nobody,
};

/** The shared part of a worker. */
export class Shared implements EndsTurn {
  readonly budget: Budget;
  readonly early: EarlyReplies = new EarlyReplies();
  readonly report: Report;
  readonly seats: Seats;
  readonly logins: LoginThrottle = new LoginThrottle();
  readonly slowLog: SlowLog = new SlowLog(() => this.nextId());
  /** Whom clients' questions about the whole instance are passed on to. */
  supervisor: InstanceAnswers = NOBODY;
  pools: readonly Pool[] = [];
  /** The clients of all workers, where others than this one are known. */
  instance: InstanceClients = new OwnClients(() => this.pools);
  /** Client connections of all pools of this worker. */
  clients = 0;
  /** Client connections of all pools that were accepted. */
  accepted = 0;
  /** Connections beyond the limit that have been told so and are not yet closed. */
  refusing = 0;
  /** Client connections of this worker that fit below the limit of open files. */
  maxClients: number;
  /** Client connections the whole instance may have; 0: as many as fit. */
  maxInstanceClients = 0;
  #shedding = false;
  #flushed = false;
  #lastId: number;

  /** Session ids begin behind `lastId`; other workers have theirs elsewhere. */
  constructor(maxTotalBytes: number, maxClients: number, report: Report, seats = new Seats(), lastId = 0) {
    this.budget = new Budget(maxTotalBytes, () => this.#shed());
    this.maxClients = maxClients;
    this.report = report;
    this.seats = seats;
    this.#lastId = lastId;
  }

  /** A number no other session, or entry of the slow log, of this instance has had. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Counts a client that comes to the pool of that seat, unless the worker, the pool (`most`) or the instance is full. */
  admits(seat: number, most: number): boolean {
    if (this.clients >= this.maxClients || !this.seats.take(seat, most, this.maxInstanceClients)) {
      return false;
    }
    this.clients++;
    this.accepted++;
    return true;
  }

  /** A client that was counted is gone. */
  left(seat: number): void {
    this.clients--;
    this.seats.giveBack(seat);
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
      if (largest === null) return;
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
        if (session.heldBytes > 0 && (largest === null || goesBefore(session, largest))) largest = session;
      }
    }
    return largest;
  }
}

/** Whether the memory of the one is taken before that of the other. Who may not be evicted is last, but is no exception. */
function goesBefore(one: Session, other: Session): boolean {
  if (one.client.isKept !== other.client.isKept) return other.client.isKept;
  return one.heldBytes > other.heldBytes;
}
