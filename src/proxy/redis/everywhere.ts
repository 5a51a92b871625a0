/** Commands that concern every server: sent as they came to all of them, their replies merged as declared. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { type Append, askAll } from "../ask_all.ts";
import type { Pool } from "../pool.ts";
import { appendRange } from "../request_bytes.ts";
import type { Session } from "../session.ts";
import { versionOf } from "../variant.ts";
import { encodeCommand } from "./greeting.ts";
import { keysLimit } from "./keys_limit.ts";
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
    const version = versionOf(session.variant);
    const isOfKeys = merge === "concatenation";
    const limit = isOfKeys ? keysLimit(this.#pool.config, command, "use SCAN") : undefined;
    const asked: Append = (outbox) => appendRange(outbox, request, request.from, request.to);
    askAll(session, {
      command: command.id + 1,
      requests: merge === "draw" ? [appendDbsize, asked] : [asked],
      merge: new MergeOfServers(merge, names, version, limit),
      laneTo: goesAside(command) ? (backend) => backend.laneAside(version) : undefined,
    });
  }
}

/** What is about a running script, or stops it, has to get past the requests that wait for it. */
function goesAside(command: Command): boolean {
  return command.flags.includes("allow_busy");
}

function appendDbsize(outbox: Outbox): void {
  outbox.append(DBSIZE, 0, DBSIZE.length);
}
