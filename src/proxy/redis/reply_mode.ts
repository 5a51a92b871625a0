/** Which replies a session wants, as CLIENT REPLY says. */
import type { Session } from "../session.ts";
import { silence } from "../silence.ts";

/** Skips nothing. */
const NONE = 0;
/** The request that is being served asks to skip the next reply. */
const NEXT = 1;
/** The next reply is skipped. */
const THIS = 2;

/** The mode of one session. */
export class ReplyMode {
  readonly #session: Session;
  #isOff = false;
  #skip = NONE;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the reply of one request decides over that of another. */
  get isSkipping(): boolean {
    return this.#skip !== NONE;
  }

  /** CLIENT REPLY ON. */
  on(): void {
    if (this.#isOff || this.#skip === THIS) silence(this.#session, false);
    this.#isOff = false;
    this.#skip = NONE;
  }

  /** RESET: replies are wanted again; its own may still be the one that is skipped. */
  reset(): void {
    if (this.#isOff) this.on();
  }

  /** CLIENT REPLY OFF. */
  off(): void {
    if (!this.#isOff && this.#skip !== THIS) silence(this.#session, true);
    this.#isOff = true;
    this.#skip = NONE;
  }

  /** CLIENT REPLY SKIP. */
  skip(): void {
    if (this.#isOff) return;
    if (this.#skip === NONE) silence(this.#session, true);
    this.#skip = NEXT;
  }

  /** A request was served, and its reply has its place in the queue. */
  served(): void {
    if (this.#skip === THIS) silence(this.#session, false);
    this.#skip = this.#skip === NEXT ? THIS : NONE;
  }
}

/** A request of a session with state was served, unless it was put back to be served again. */
export function served({ client }: Session): void {
  const { replyMode } = client.redis!;
  if (replyMode.isSkipping && !client.isPutBack) {
    replyMode.served();
    client.redis!.changed();
  }
  client.isPutBack = false;
}
