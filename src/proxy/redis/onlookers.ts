/** Those who take note of what a session has had served: monitors of the pool, and the session's own tracking. */
import type { Command } from "../../protocol/redis/command.ts";
import { KeyFinder } from "../../protocol/redis/key_finder.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";
import type { Tracker } from "../tracking/tracker.ts";

/** The onlookers of one pool. */
export class Onlookers {
  readonly #pool: Pool;
  readonly #finder = new KeyFinder();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether anybody looks at the session. */
  watch({ client }: Session): boolean {
    return this.#pool.monitors.isOn || (client.redis !== null && client.redis.tracker !== null);
  }

  /** The session has had this request served, or sends it now. */
  see(session: Session, command: Command, request: RequestScanner): void {
    const { monitors } = this.#pool;
    if (monitors.isOn) monitors.show(session, command, request);
    const state = session.client.redis;
    if (state === null || state.tracker === null) return;
    if (state.tracker.remembers) this.#note(state.tracker, command, request);
    // What CLIENT CACHING says is true of the next command, or of a whole transaction.
    if (state.transaction === null && !command.name.startsWith("client|")) state.tracker.isCaching = false;
  }

  /** Scripts may read the keys they name. */
  #note(tracker: Tracker, command: Command, request: RequestScanner): void {
    if (!command.flags.includes("readonly") && command.group !== "scripting") return;
    const count = this.#finder.findKeys(command, request);
    for (let i = 0; i < count; i++) {
      const key = this.#finder.keys[i]!;
      this.#pool.tracking.note(
        tracker,
        request.bytesOf(key).subarray(request.start(key), request.end(key)),
      );
    }
  }
}
