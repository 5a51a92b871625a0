/** Sends requests as they are to one server. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Backend } from "../backend.ts";
import { NO_SERVER } from "../failure.ts";
import type { Lane } from "../lane.ts";
import type { Pool } from "../pool.ts";
import { appendRange } from "../request_bytes.ts";
import { noteKey } from "../request_key.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";

/** Forwards for one pool. */
export class Forwarder {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Sends the request to a server, negative being none; argument `key` is its first key, 0 when it has none. */
  forward(session: Session, request: RequestScanner, command: Command, server: number, key: number): void {
    const backend = server < 0 ? null : this.#pool.backends[server]!;
    const lane = backend === null ? null : laneTo(session, backend);
    this.send(session, request, command, backend, lane, key);
  }

  /** Sends the request, null being the lane to no server; argument `key` is its first key, 0 when it has none. */
  send(
    session: Session,
    request: RequestScanner,
    command: Command,
    backend: Backend | null,
    lane: Lane | null,
    key: number,
  ): void {
    const isUnowned = backend === null || lane === null;
    if (isUnowned && this.#pool.redirects?.park(session, request)) return;
    const record = session.expect(command.id + 1);
    if (key > 0) noteKey(record, request, key);
    if (isUnowned) {
      this.#pool.fail(record, NO_SERVER, null);
      return;
    }
    if (!command.retrySafe) session.client.wrote |= backend.counters.mark;
    session.charge(record);
    if (!lane.begin(record)) return;
    appendRange(lane.outbox, request, request.from, request.to);
    lane.push();
    if (lane.full) session.waitFor(lane);
  }
}
