/** Commands that concern every server: sent as they came to all of them, their replies merged as declared. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { type Append, askAll } from "../ask_all.ts";
import type { Pool } from "../pool.ts";
import { appendRange } from "../request_bytes.ts";
import type { Session } from "../session.ts";
import type { ReplyLimit } from "../split.ts";
import { encodeCommand } from "./greeting.ts";
import { errorReply } from "./replies.ts";
import { MergeOfServers } from "./server_merges.ts";

const DBSIZE = encodeCommand(["DBSIZE"]);

/** Asks every server of one pool. */
export class Everywhere {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether the command can be passed on as it is: the pool has one server, and nothing else stands in the way. */
  isPlain(command: Command): boolean {
    return this.#pool.backends.length === 1 && command.merge !== "concatenation" && !goesAside(command);
  }

  /** Sends the request to all servers. */
  ask(session: Session, request: RequestScanner, command: Command): void {
    const names = this.#pool.backends.map(({ server }) => server.name);
    const merge = command.merge!;
    const asked: Append = (outbox) => appendRange(outbox, request, request.from, request.to);
    askAll(session, {
      command: command.id + 1,
      requests: merge === "draw" ? [appendDbsize, asked] : [asked],
      merge: new MergeOfServers(
        merge,
        names,
        merge === "concatenation" ? this.#limitFor(command) : undefined,
      ),
      laneTo: goesAside(command) ? (backend) => backend.laneAside : undefined,
    });
  }

  #limitFor(command: Command): ReplyLimit {
    const bytes = this.#pool.config.maxKeysReplyBytes;
    const name = command.name.toUpperCase();
    return {
      bytes,
      refusal: errorReply(
        `ERR the reply to ${name} is longer than max_keys_reply (${bytes} bytes); use SCAN`,
      ),
    };
  }
}

/** What is about a running script, or stops it, has to get past the requests that wait for it. */
function goesAside(command: Command): boolean {
  return command.flags.includes("allow_busy");
}

function appendDbsize(outbox: Outbox): void {
  outbox.append(DBSIZE, 0, DBSIZE.length);
}
