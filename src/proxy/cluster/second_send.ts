/** Sends a request once more, from its bytes alone: finds where it belongs now, and the connection to take. */
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { textOf } from "../../protocol/arguments.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { COMPLETE } from "../../protocol/scan_status.ts";
import { turn } from "../../transport/turn.ts";
import type { Backend } from "../backend.ts";
import { Failure } from "../failure.ts";
import type { Lane } from "../lane.ts";
import type { Pool } from "../pool.ts";
import { encodeCommand } from "../redis/greeting.ts";
import { Home } from "../redis/home.ts";
import { ALL_PINNED } from "../redis/pinned_requests.ts";
import type { RedisProtocol } from "../redis/redis_protocol.ts";
import { stateOf } from "../redis/redis_session.ts";
import { LOCAL_COMMAND, Request, WAITING } from "../request.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import type { Retry } from "./retry_queue.ts";

const ASKING = encodeCommand(["ASKING"]);
const NOBODY_ASKED = { take() {} };
const NO_PIN = new Failure("closed", ALL_PINNED, ALL_PINNED, Buffer.from(`-${ALL_PINNED}\r\n`));

/** Sends requests of one pool again. */
export class SecondSend {
  readonly #pool: Pool;
  readonly #home = new Home();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Whether the request may be run twice. */
  isSafe({ command }: Request): boolean {
    return ALL_COMMANDS[command - 1]?.retrySafe ?? false;
  }

  /** Whether the session waits on that lane for what other clients do. */
  isBlocked(session: Session, lane: Lane): boolean {
    return session.client.redis?.pins.isBlockedOn(lane) ?? false;
  }

  /** The keys of a request, all of one slot; one character per byte. */
  keysOf(bytes: Uint8Array): string[] {
    const keys: string[] = [];
    this.#scan(bytes, (scanner) => {
      const command = this.#commandOf(scanner);
      if (command === null) return;
      this.#home.find(this.#pool.router, command, scanner);
      for (let i = 0; i < this.#home.count; i++) keys.push(textOf(scanner, this.#home.keys[i]!));
    });
    return keys;
  }

  /** Where a request belongs now: without keys, to the node that had it. Null: nowhere yet. */
  homeOf({ keys: [key], server }: Retry): Backend | null {
    const { router, backends } = this.#pool;
    if (key === undefined) return backends.find((backend) => backend.server.name === server) ?? null;
    const bytes = Buffer.from(key, "latin1");
    return backends[router.route(bytes, 0, bytes.length)] ?? null;
  }

  /** Sends it to a node; `isAsking`: which doesn't own the slot yet. */
  send(session: Session, { request, bytes, isBlocking }: Retry, node: Backend, isAsking: boolean): void {
    const lane = isBlocking ? this.#pinnedLane(session, request, node) : laneTo(session, node);
    if (lane === null) return this.#pool.fail(request, NO_PIN, null);
    request.taker?.sendingOn?.(lane);
    if (isAsking && lane.begin(new Request(null, NOBODY_ASKED, LOCAL_COMMAND, turn.now))) {
      lane.outbox.append(ASKING, 0, ASKING.length);
    }
    if (!this.isSafe(request)) session.client.wrote |= node.counters.mark;
    request.state = WAITING;
    request.held = null;
    request.swallow = this.#countIn(bytes) - 1;
    if (!lane.begin(request)) return;
    lane.outbox.append(bytes, 0, bytes.length);
    lane.push();
  }

  #pinnedLane(session: Session, { key, keyStart, keyEnd }: Request, node: Backend): Lane | null {
    const pin = stateOf(session).pins.take(node);
    if (pin === null) return null;
    pin.isBlocked = true;
    pin.waitsFor = key === null ? new Uint8Array(0) : Buffer.from(key.subarray(keyStart, keyEnd));
    session.hold();
    return pin.lane;
  }

  #countIn(bytes: Uint8Array): number {
    let count = 0;
    this.#scan(bytes, () => void count++);
    return count;
  }

  #commandOf(scanner: RequestScanner): Command | null {
    return (this.#pool.protocol as RedisProtocol).learner.catalogue.commandOf(scanner);
  }

  /** Calls `take` for each of the requests in `bytes`. */
  #scan(bytes: Uint8Array, take: (scanner: RequestScanner) => void): void {
    const scanner = new RequestScanner(this.#pool.config);
    scanner.authenticated = true;
    for (let pos = 0; pos < bytes.length; pos = scanner.next) {
      if (scanner.scan(bytes, pos, bytes.length) !== COMPLETE) return;
      take(scanner);
    }
  }
}
