/**
 * PUBLISH and SPUBLISH: one server gets the message, the one the channel's hash names. Its count of receivers takes a
 * worker's connection for one, so this worker's is replaced by those who listen behind it.
 */
import { INTEGER } from "../../protocol/redis/bytes.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { CHANNEL, type Kind, SHARD_CHANNEL } from "../pubsub/kind.ts";
import { Request } from "../request.ts";
import { appendRange } from "../request_bytes.ts";
import type { Session } from "../session.ts";
import { laneTo } from "../session_lane.ts";
import { type Merge, Split } from "../split.ts";
import { FragmentReply } from "./fragment_reply.ts";
import { integerReply } from "./replies.ts";

/** Publishes for the clients of one pool. */
export class Publisher {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The server that gets the message, or -1. */
  serverOf(command: Command, request: RequestScanner): number {
    const { plan } = this.#pool.subscribers;
    return plan.publishedOn(kindOf(command), request.bytesOf(1), request.start(1), request.end(1));
  }

  /** Whether the server's reply can be passed on as it is. */
  get countsRight(): boolean {
    return this.#pool.subscribers.isSilent;
  }

  /** Sends it to the server and corrects the reply. */
  send(session: Session, request: RequestScanner, command: Command, server: number): void {
    const channel = Buffer.from(request.bytesOf(1).subarray(request.start(1), request.end(1)));
    const kind = kindOf(command);
    const merge: Merge = {
      merge: ([fragment]) => {
        const reply = new FragmentReply(fragment!);
        if (reply.type !== INTEGER) return reply.copy();
        return integerReply(
          this.#pool.subscribers.receivers(kind, server, channel, reply.takeNumber()),
        );
      },
    };
    const parent = session.expect(command.id + 1);
    session.charge(parent);
    const split = new Split(parent, merge);
    const fragment = new Request(null, split, command.id + 1, turn.now);
    split.add(fragment);
    const lane = laneTo(session, this.#pool.backends[server]!);
    if (lane.begin(fragment)) {
      appendRange(lane.outbox, request, request.from, request.to);
      lane.push();
      if (lane.full) session.waitFor(lane);
    }
    split.seal();
  }
}

function kindOf({ name }: Command): Kind {
  return name === "spublish" ? SHARD_CHANNEL : CHANNEL;
}
