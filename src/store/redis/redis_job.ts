/** A Redis request on its way: whether it can be served at all, whether it waits for EXEC, and its failures. */
import { arityFits } from "../../protocol/redis/command_lookup.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { Keyspace } from "../data/keyspace.ts";
import { Failure } from "../failure.ts";
import type { Job } from "../job.ts";
import type { Call } from "./call.ts";
import { handlerOf } from "./handlers.ts";
import type { RedisSpeaker } from "./redis_speaker.ts";
import type { Reply } from "./reply.ts";

/** What is done at once, even between MULTI and EXEC. */
const NEVER_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);

/** How lines of HTTP begin that no command does. */
const HTTP = /^(POST|HOST:)$/i;

/** One request. */
export class RedisJob implements Job {
  constructor(
    readonly speaker: RedisSpeaker,
    readonly reply: Reply,
    /** Null: there is no such command. */
    readonly command: Command | null,
    readonly args: readonly Buffer[],
    readonly names: readonly Buffer[],
    /** What is said of a command that there is not. */
    readonly unknown: string,
  ) {}

  serve(keyspace: Keyspace): void | Promise<void> {
    const { client } = this.speaker;
    const fault = this.#fault();
    if (fault !== "") {
      this.#refuse(fault);
      // A browser that was led here must not get to what follows, the body of its request.
      if (this.command === null && HTTP.test(this.args[0]!.toString("latin1"))) client.end();
      return;
    }
    if (client.queued !== null && !NEVER_QUEUED.has(this.command!.name)) {
      if (client.queue(this)) this.reply.status("QUEUED");
      else this.#refuse("ERR the transaction block is too large");
      return;
    }
    return this.run(keyspace);
  }

  /** Serves a request that can be. */
  run(keyspace: Keyspace): void | Promise<void> {
    const { speaker, command, args, reply } = this;
    const call: Call = { command: command!, args, reply, keyspace, client: speaker.client };
    try {
      for (const arg of args) keyspace.checkValue(arg);
      const done = handlerOf(command!)!(call);
      return done instanceof Promise ? done.catch((error) => this.#failed(error)) : undefined;
    } catch (error) {
      this.#failed(error);
    } finally {
      speaker.scanner.authenticated = speaker.client.isAuthenticated;
    }
  }

  #refuse(fault: string): void {
    const { client } = this.speaker;
    if (client.queued !== null) client.isQueueFaulty = true;
    this.reply.error(fault);
  }

  /** Why it can't be served, before it is looked at; empty when it can. */
  #fault(): string {
    const { command, args } = this;
    if (command === null) return this.unknown;
    if (!arityFits(command, args.length)) {
      return `ERR wrong number of arguments for '${command.name}' command`;
    }
    if (!this.speaker.client.isAuthenticated && !command.flags.includes("no_auth")) {
      return "NOAUTH Authentication required.";
    }
    if (handlerOf(command) !== null) return "";
    const name = command.name.toUpperCase().replace("|", " ");
    return `ERR ${name} is not served by this store, which keeps strings, hashes, lists, sets and sorted sets`;
  }

  #failed(error: unknown): void {
    if (!(error instanceof Failure)) throw error;
    this.reply.buffer.takeBack();
    this.reply.error(error.message);
  }
}
