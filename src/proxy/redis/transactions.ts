/**
 * MULTI, EXEC and DISCARD. Commands are queued in the session and checked as the server would check them; EXEC
 * sends them as one block on the session's lane, with a record that swallows everything before EXEC's own reply.
 *
 *     to the server:  MULTI  SET a 1  INCR b  EXEC         from it:  +OK  +QUEUED  +QUEUED  *2 +OK :1
 *                                                                    └──── swallowed ────┘
 */
import type { Command } from "../../protocol/redis/command.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { COMPLETE } from "../../protocol/scan_status.ts";
import { reserve } from "../cluster/settling.ts";
import { NO_SERVER } from "../failure.ts";
import { turn } from "../../transport/turn.ts";
import type { Lane } from "../lane.ts";
import { SEVERAL } from "../placement.ts";
import type { Pool } from "../pool.ts";
import { noteKey } from "../request_key.ts";
import type { Session } from "../session.ts";
import type { GuardRails } from "./guard_rails.ts";
import { laneTo } from "../session_lane.ts";
import { versionOf } from "../variant.ts";
import { faultInBlock } from "./block_rules.ts";
import { ANYWHERE, fixedUnit, Home } from "./home.ts";
import type { Learner } from "./learner.ts";
import type { Onlookers } from "./onlookers.ts";
import { type RedisSession, stateOf } from "./redis_session.ts";
import { arrayReply, errorReply, nullReply, OK, simpleReply } from "./replies.ts";
import { NO_KEYS, type Transaction } from "./transaction.ts";

const QUEUED = simpleReply("QUEUED");
const NO_RESULTS = arrayReply([]);
/** What EXEC answers when what was watched has changed, by the version of RESP. */
export const NOTHING_RAN: Readonly<Record<RespVersion, Uint8Array>> = {
  2: Buffer.from("*-1\r\n"),
  3: nullReply(3),
};
const CROSSSLOT = "CROSSSLOT Keys of a transaction don't live on the same server";

/** The transactions of one pool's clients. */
export class Transactions {
  readonly #pool: Pool;
  readonly #learner: Learner;
  readonly #rails: GuardRails;
  readonly #onlookers: Onlookers;
  readonly #home = new Home();

  constructor(pool: Pool, learner: Learner, rails: GuardRails, onlookers: Onlookers) {
    this.#pool = pool;
    this.#learner = learner;
    this.#rails = rails;
    this.#onlookers = onlookers;
  }

  /** MULTI. */
  multi(session: Session): void {
    const state = stateOf(session);
    if (state.transaction !== null) {
      session.reply(errorReply("ERR MULTI calls can not be nested"));
      return;
    }
    state.begin(this.#rails);
    session.reply(OK);
  }

  /** DISCARD. */
  discard(session: Session): void {
    const state = stateOf(session);
    if (state.transaction === null) {
      session.reply(errorReply("ERR DISCARD without MULTI"));
      return;
    }
    state.discard();
    session.reply(OK);
  }

  /** A command of a session in MULTI that is fine for now. */
  queue(session: Session, transaction: Transaction, command: Command, request: RequestScanner): void {
    const fault = this.#queueFault(stateOf(session), transaction, command, request);
    if (fault !== "") {
      transaction.abort();
      session.reply(errorReply(fault));
      return;
    }
    // What is aborted already can only be refused: nothing more of it is worth keeping.
    if (!transaction.isAborted) transaction.add(request, !command.retrySafe);
    session.reply(QUEUED);
  }

  /** EXEC. */
  exec(session: Session, command: Command, request: RequestScanner): void {
    const state = stateOf(session);
    const { transaction } = state;
    const refusal = transaction === null ? "" : this.#refusalOf(transaction);
    if (transaction === null) {
      session.reply(errorReply("ERR EXEC without MULTI"));
    } else if (transaction.isAborted) {
      state.discard();
      session.reply(errorReply("EXECABORT Transaction discarded because of previous errors."));
    } else if (refusal !== "") {
      state.discard();
      session.reply(errorReply(`EXECABORT Transaction discarded because of: ${refusal}`));
    } else if (state.isWatchLost) {
      state.discard();
      session.reply(NOTHING_RAN[versionOf(session.variant)]);
    } else if (this.#pool.pause.holds(!transaction.writes)) {
      this.#pool.pause.wait(session);
      session.putBack(request.asSent());
    } else if (this.#isUnowned(transaction) && this.#pool.redirects?.park(session, request)) {
      return;
    } else {
      this.#execute(session, state, command, transaction);
    }
  }

  #isUnowned(transaction: Transaction): boolean {
    const unit = this.#unitOf(transaction);
    return unit >= 0 && this.#pool.router.ownerOf(unit) < 0;
  }

  #execute(session: Session, state: RedisSession, command: Command, transaction: Transaction): void {
    const { watching } = state.pins;
    const { router, backends } = this.#pool;
    const unit = this.#unitOf(transaction);
    const backend = transaction.unit === NO_KEYS && watching !== null
      ? watching.backend
      : backends[router.ownerOf(unit)];
    if (transaction.commands === 0 && watching === null) {
      session.reply(NO_RESULTS);
    } else if (unit === SEVERAL) {
      session.reply(errorReply(CROSSSLOT));
    } else if (backend === undefined) {
      this.#pool.fail(session.expect(command.id + 1), NO_SERVER, null);
    } else if (watching !== null && watching.backend !== backend) {
      // The keys have moved since; what was watched says nothing about them.
      session.reply(NOTHING_RAN[versionOf(session.variant)]);
    } else {
      if (this.#onlookers.watch(session)) this.#show(session, transaction);
      session.client.wrote |= backend.counters.mark;
      session.client.wroteMs = turn.now;
      this.#send(session, laneTo(session, backend), command, transaction);
      state.endTransaction();
    }
    if (state.transaction !== null) state.discard();
    transaction.clear();
  }

  #send(session: Session, lane: Lane, command: Command, transaction: Transaction): void {
    const record = session.expect(command.id + 1);
    session.charge(record);
    record.swallow = transaction.repliesBefore;
    record.key = transaction.key;
    record.keyStart = transaction.keyStart;
    record.keyEnd = transaction.keyEnd;
    if (!lane.begin(record)) return;
    transaction.appendTo(lane.outbox);
    lane.push();
    if (this.#pool.redirects !== null) reserve(session, [transaction.unit]);
    if (lane.full) session.waitFor(lane);
  }

  #queueFault(
    state: RedisSession,
    transaction: Transaction,
    command: Command,
    request: RequestScanner,
  ): string {
    const fault = faultInBlock(command);
    if (fault !== "") return fault;
    const { maxRequestBytes } = this.#pool.config;
    if (transaction.bytes + request.to - request.from > maxRequestBytes) {
      return `ERR the transaction is larger than max_request, ${maxRequestBytes} bytes`;
    }
    const unit = this.#home.find(transaction.router, command, request);
    if (unit === ANYWHERE) return "";
    const { watching } = state.pins;
    const isElsewhere = transaction.unit === NO_KEYS
      ? watching !== null && watching.backend !== this.#pool.backends[transaction.router.ownerOf(unit)]
      : unit !== transaction.unit;
    if (unit === SEVERAL || isElsewhere) return CROSSSLOT;
    transaction.unit = unit;
    const { count, keys } = this.#home;
    this.#pool.hotKeys.passAll(request, keys, count);
    if (transaction.key === null && count > 0) noteKey(transaction, request, keys[0]!);
    return "";
  }

  /** Where the block goes. Keys may have got another server since they were queued; then all are looked at again. */
  #unitOf(transaction: Transaction): number {
    const { router } = this.#pool;
    if (transaction.unit === NO_KEYS) return fixedUnit(router);
    if (transaction.router === router) return transaction.unit;
    let unit = ANYWHERE;
    this.#forEachCommand(transaction, (command, request) => {
      // It was known when it was queued; nobody can tell any more where its keys are.
      const found = command === null ? SEVERAL : this.#home.find(router, command, request);
      if (unit === ANYWHERE) unit = found;
      else if (found !== ANYWHERE && found !== unit) unit = SEVERAL;
    });
    return unit;
  }

  /** What the pool's guard rails have against a command in the block; empty unless they have changed since. */
  #refusalOf(transaction: Transaction): string {
    let refusal = "";
    if (transaction.rails === this.#rails) return refusal;
    this.#forEachCommand(transaction, (command) => {
      if (command !== null) refusal ||= this.#rails.refusal(command);
    });
    return refusal;
  }

  /** Shows what is about to be executed to whom it concerns, under the names that clients use. */
  #show(session: Session, transaction: Transaction): void {
    const { catalogue } = this.#learner;
    this.#forEachCommand(transaction, (command, request) => {
      if (command === null) return;
      const name = catalogue.newNameOf(command);
      if (name !== null) request.replace(0, Buffer.from(name));
      this.#onlookers.see(session, command, request);
      request.forgetReplaced();
    });
  }

  #forEachCommand(
    transaction: Transaction,
    take: (command: Command | null, request: RequestScanner) => void,
  ): void {
    const { catalogue } = this.#learner;
    const scanner = new RequestScanner(this.#pool.config);
    transaction.forEachSlice((bytes, start, end) => {
      for (let pos = start; pos < end; pos = scanner.next) {
        if (scanner.scan(bytes, pos, end) === COMPLETE) take(catalogue.commandSent(scanner), scanner);
      }
    });
  }
}
