/** The memcached protocol, as one client speaks it: the text commands. */
import { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Job, Speaker } from "../job.ts";
import { MAX_ARGUMENTS, MAX_BULK_BYTES, MAX_REQUEST_BYTES } from "../limits.ts";
import type { Session } from "../session.ts";
import { MemcachedJob } from "./memcached_job.ts";

const LIMITS = {
  maxItemBytes: MAX_BULK_BYTES,
  maxArguments: MAX_ARGUMENTS,
  maxRequestBytes: MAX_REQUEST_BYTES,
};
const NOTHING = Buffer.alloc(0);

/** One client's requests. */
export class MemcachedSpeaker implements Speaker {
  readonly scanner = new RequestScanner(LIMITS);
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  job(): Job {
    const { scanner } = this;
    const { command, error, hushed: isHushed } = scanner;
    const words: Buffer[] = [];
    // What memcached doesn't look at is left out; a `noreply` that stands where another word is due is that word.
    const count = error === "" ? Math.max(scanner.sentWords, command!.fewest) : scanner.count;
    for (let i = 0; i < count; i++) words.push(scanner.copyOf(i));
    const block = error === "" ? this.#block() : NOTHING;
    return new MemcachedJob(this.#session, { command, words, block, isHushed, error });
  }

  faultJob(fault: string): Job {
    return { names: [], serve: () => this.#session.replies.text(`CLIENT_ERROR ${fault}\r\n`) };
  }

  writeFault(text: string): void {
    this.#session.replies.text(`SERVER_ERROR ${text}\r\n`);
  }

  left(): void {}

  /** The data block behind the line, without its end. */
  #block(): Buffer {
    const { blockAt, to } = this.scanner;
    return blockAt < to ? this.scanner.copyRange(blockAt, to - 2) : NOTHING;
  }
}
