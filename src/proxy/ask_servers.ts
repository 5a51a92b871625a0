/** Questions of the proxy's own to every server of a pool, whose answers are looked at and not passed on. */
import { turn } from "../transport/turn.ts";
import type { Backend } from "./backend.ts";
import { inTime } from "./patience.ts";
import type { Pool } from "./pool.ts";
import { ReplyView } from "./reply_view.ts";
import { LOCAL_COMMAND, Request } from "./request.ts";

/** What one server said; null when it has not answered in time. */
export interface ServerAnswer {
  readonly backend: Backend;
  /** One character per byte; an error when it failed. */
  readonly reply: string | null;
}

/** Asks every server, in the pool's order. */
export function askServers(pool: Pool, question: Uint8Array): Promise<ServerAnswer[]> {
  return Promise.all(
    pool.backends.map(async (backend) => ({ backend, reply: await askServer(backend, question) })),
  );
}

/** Asks one server. Shape: as `ServerAnswer.reply`. */
export function askServer(backend: Backend, question: Uint8Array): Promise<string | null> {
  return inTime(ask(backend, question));
}

/** The reply of a request of the proxy's own, one character per byte. */
export function textOfReply(request: Request): string {
  return Buffer.from(new ReplyView(request).copy()).toString("latin1");
}

function ask({ firstLane }: Backend, question: Uint8Array): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const take = (request: Request) => resolve(textOfReply(request));
  if (firstLane.begin(new Request(null, { take }, LOCAL_COMMAND, turn.now))) {
    firstLane.outbox.append(question, 0, question.length);
    firstLane.push();
  }
  return promise;
}
