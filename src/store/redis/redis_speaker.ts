/** The Redis protocol, as one client speaks it. */
import { TABLE } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { arityFits, lookupCommand } from "../../protocol/redis/command_lookup.ts";
import { KeyFinder } from "../../protocol/redis/key_finder.ts";
import { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { unknownCommand } from "../../protocol/redis/unknown_command.ts";
import type { Watches } from "../data/watches.ts";
import type { Job, Speaker } from "../job.ts";
import { MAX_ARGUMENTS, MAX_BULK_BYTES, MAX_INLINE_BYTES, MAX_REQUEST_BYTES } from "../limits.ts";
import type { Session } from "../session.ts";
import { RedisClient } from "./client.ts";
import { RedisJob } from "./redis_job.ts";
import { Reply } from "./reply.ts";

const LIMITS = {
  maxBulkBytes: MAX_BULK_BYTES,
  maxArguments: MAX_ARGUMENTS,
  maxInlineBytes: MAX_INLINE_BYTES,
  maxRequestBytes: MAX_REQUEST_BYTES,
};
const NO_NAMES: readonly Buffer[] = [];
const finder = new KeyFinder();

/** One client's requests. */
export class RedisSpeaker implements Speaker {
  readonly scanner = new RequestScanner(LIMITS);
  readonly client: RedisClient;
  readonly #reply: Reply;

  constructor(session: Session, watches: Watches, password: Buffer | null) {
    this.#reply = new Reply(session.replies);
    this.client = new RedisClient(session.id, session.peer, watches, password, () => session.finish());
    this.scanner.authenticated = this.client.isAuthenticated;
  }

  job(): Job {
    const { scanner } = this;
    const command = TABLE.commandOf(scanner);
    const args: Buffer[] = [];
    for (let i = 0; i < scanner.count; i++) args.push(scanner.copyOf(i));
    const names = command === null ? NO_NAMES : this.#names(command, args);
    const unknown = command === null ? unknownCommand(this.#container(), scanner) : "";
    return new RedisJob(this, this.#reply, command, args, names, unknown);
  }

  faultJob(fault: string): Job {
    const reply = this.#reply;
    return { names: NO_NAMES, serve: () => reply.error(`ERR ${fault}`) };
  }

  writeFault(text: string): void {
    this.#reply.error(`ERR ${text}`);
  }

  left(): void {
    this.client.unwatch();
  }

  /** The command whose subcommand there is not; null when it is the command itself. */
  #container(): Command | null {
    const { scanner } = this;
    return lookupCommand(scanner.bytesOf(0), scanner.start(0), scanner.end(0));
  }

  #names(command: Command, args: readonly Buffer[]): readonly Buffer[] {
    const hasKeys = command.keys.length > 0 && arityFits(command, args.length);
    const count = hasKeys ? finder.findKeys(command, this.scanner) : 0;
    const names: Buffer[] = [];
    for (let i = 0; i < count; i++) names.push(args[finder.keys[i]!]!);
    return names;
  }
}
