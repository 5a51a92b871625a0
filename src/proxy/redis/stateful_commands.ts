/** Commands that change what becomes of a session's other requests: one line per command, by its name in the table. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";
import type { Learner } from "./learner.ts";
import { errorReply } from "./replies.ts";
import type { Onlookers } from "./onlookers.ts";
import { ReplicationWait } from "./replication_wait.ts";
import { clientReply } from "./client_reply.ts";
import { PinnedRequests } from "./pinned_requests.ts";
import { Transactions } from "./transactions.ts";

/** Serves one command. */
type Serve = (session: Session, command: Command, request: RequestScanner) => void;

/** The commands with state of one pool. */
export class StatefulCommands {
  readonly transactions: Transactions;
  readonly pinned: PinnedRequests;
  readonly #commands: Readonly<Record<string, Serve>>;

  constructor(pool: Pool, learner: Learner, onlookers: Onlookers) {
    const transactions = this.transactions = new Transactions(pool, learner, onlookers);
    const pinned = this.pinned = new PinnedRequests(pool);
    const replication = new ReplicationWait(pool);
    this.#commands = {
      multi: (session) => transactions.multi(session),
      discard: (session) => transactions.discard(session),
      exec: (session, command, request) => transactions.exec(session, command, request),
      watch: (session, command, request) => pinned.watch(session, command, request),
      unwatch: (session) => pinned.unwatch(session),
      wait: (session, command, request) => replication.serve(session, command, request),
      waitaof: (session, command, request) => replication.serve(session, command, request),
      "client|reply": (session, _, request) => clientReply(session, request),
    };
  }

  /** Their names. */
  get names(): string[] {
    return Object.keys(this.#commands);
  }

  /** Serves a request that is fine for now. */
  serve(session: Session, command: Command, request: RequestScanner): void {
    this.#commands[command.name]!(session, command, request);
  }

  /** Answers a request that can't be served; `command` is null when there is no such one. It spoils a transaction. */
  reject(session: Session, command: Command | null, fault: string): void {
    const state = session.client.redis;
    if (state === null || state.transaction === null) {
      if (state !== null && state.tracker !== null) state.tracker.isCaching = false;
      session.reply(errorReply(fault));
    } else if (command?.name === "exec") {
      state.discard();
      const reason = fault.startsWith("ERR ") ? fault.slice(4) : fault;
      session.reply(errorReply(`EXECABORT Transaction discarded because of: ${reason}`));
    } else {
      state.transaction.abort();
      session.reply(errorReply(fault));
    }
  }
}
