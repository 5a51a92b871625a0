/**
 * The commands between MULTI and EXEC, as the client sent them. They wait here and not at the server, so that a
 * connection is needed only for the moment when all of them go out as one block.
 */
import { HeldBytes } from "../../protocol/held_bytes.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import type { Router } from "../../routing/router.ts";
import type { Account } from "../../transport/budget.ts";
import type { Outbox } from "../../transport/outbox.ts";
import type { KeyHolder } from "../request_key.ts";
import type { GuardRails } from "./guard_rails.ts";

/** `Transaction.unit` while no command has a key. */
export const NO_KEYS = -4;

const MULTI = Buffer.from("*1\r\n$5\r\nMULTI\r\n");
const EXEC = Buffer.from("*1\r\n$4\r\nEXEC\r\n");

/** One transaction in the making. */
export class Transaction implements KeyHolder {
  /** Commands queued. */
  commands = 0;
  /** Whether one of them changes something. */
  writes = false;
  /** Whether a command could not be queued, so that EXEC has to refuse. */
  isAborted = false;
  /** The unit that has the keys, as `router` says. */
  unit: number = NO_KEYS;
  router: Router;
  /** What the commands were held against. */
  readonly rails: GuardRails;
  key: Uint8Array | null = null;
  keyStart = 0;
  keyEnd = 0;
  readonly #block = new HeldBytes();
  readonly #account: Account;

  constructor(router: Router, rails: GuardRails, account: Account) {
    this.router = router;
    this.rails = rails;
    this.#account = account;
  }

  /** Bytes of the queued commands. */
  get bytes(): number {
    return this.#block.length;
  }

  /** Queues a command. */
  add(request: RequestScanner, writes: boolean): void {
    const { bytes, from, to } = request;
    if (bytes !== null) this.#block.add(bytes, from, to);
    else request.held.forEachSlice(from, to, (part, start, end) => this.#block.add(part, start, end));
    this.#account.change(to - from);
    this.commands++;
    this.writes ||= writes;
  }

  /** Nothing can be executed any more, so that nothing needs to be kept. */
  abort(): void {
    this.isAborted = true;
    this.clear();
  }

  /** Lets go of what is queued. */
  clear(): void {
    this.#account.change(-this.#block.length);
    this.#block.clear();
  }

  /** Calls `take` for the pieces of what is queued, in order. */
  forEachSlice(take: (bytes: Uint8Array, start: number, end: number) => void): void {
    this.#block.forEachSlice(0, this.#block.length, take);
  }

  /** Replies of a server to the block before EXEC's: +OK and the QUEUEDs. */
  get repliesBefore(): number {
    return 1 + this.commands;
  }

  /** Appends MULTI, the commands and EXEC. */
  appendTo(outbox: Outbox): void {
    outbox.append(MULTI, 0, MULTI.length);
    this.forEachSlice((bytes, start, end) => outbox.append(bytes, start, end));
    outbox.append(EXEC, 0, EXEC.length);
  }
}
