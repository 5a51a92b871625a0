/**
 * PUBSUB: what is listened to, by clients of the pool and by whoever is connected to its servers directly. Every server
 * is asked. Where they count listeners, the server counts on which the channel is published, as for PUBLISH.
 */
import { ARRAY, BULK, INTEGER } from "../../../protocol/redis/bytes.ts";
import { askAll } from "../../ask_all.ts";
import { CHANNEL, type Kind, SHARD_CHANNEL } from "../../pubsub/kind.ts";
import type { Request } from "../../request.ts";
import type { Merged } from "../../split.ts";
import { FragmentReply } from "../fragment_reply.ts";
import { arrayReply, bulkReply, errorReply, integerReply } from "../replies.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

/** By their names in the command table. */
export const PUBSUB_COMMANDS: Record<string, LocalCommand> = {
  "pubsub|channels": (call) => ask(call, union),
  "pubsub|shardchannels": (call) => ask(call, union),
  // Of patterns, servers tell the number alone; those of this pool are on all of them.
  "pubsub|numpat": (call) => ask(call, most),
  "pubsub|numsub": (call) => ask(call, (all) => homeCounts(all, call, CHANNEL)),
  "pubsub|shardnumsub": (call) => ask(call, (all) => homeCounts(all, call, SHARD_CHANNEL)),
};

function ask({ session, command, args }: LocalCall, merge: (fragments: readonly Request[]) => Merged): null {
  const bytes = arrayReply(args.map(bulkReply));
  askAll(session, {
    command: command.id + 1,
    requests: [(outbox) => outbox.append(bytes, 0, bytes.length)],
    merge: { merge },
  });
  return null;
}

/** What any server knows of. One that fails has no connections, so it is not missed unless all fail. */
function union(fragments: readonly Request[]): Merged {
  const replies = fragments.map((fragment) => new FragmentReply(fragment));
  const known = replies.filter(({ type }) => type === ARRAY);
  if (known.length === 0) return replies[0]!.copy();
  const names = new Map<string, Buffer>();
  for (const name of known.flatMap(strings)) names.set(name.toString("latin1"), name);
  return arrayReply([...names.values()].map(bulkReply));
}

function most(fragments: readonly Request[]): Merged {
  const replies = fragments.map((fragment) => new FragmentReply(fragment));
  const known = replies.filter(({ type }) => type === INTEGER);
  if (known.length === 0) return replies[0]!.copy();
  return integerReply(Math.max(...known.map((reply) => reply.takeNumber())));
}

function homeCounts(fragments: readonly Request[], { pool, args }: LocalCall, kind: Kind): Merged {
  const { plan } = pool.subscribers;
  const elements: Uint8Array[] = [];
  for (const [index, name] of args.slice(2).entries()) {
    const server = plan.publishedOn(kind, name, 0, name.length);
    const fragment = fragments[server];
    if (fragment === undefined) return errorReply("ERR Connection refused");
    const reply = new FragmentReply(fragment);
    if (reply.type !== ARRAY) return reply.copy();
    const counted = numberAt(reply, 2 * index + 1);
    elements.push(bulkReply(name), integerReply(pool.subscribers.listeners(kind, server, name, counted)));
  }
  return arrayReply(elements);
}

function strings(reply: FragmentReply): Buffer[] {
  const bytes = Buffer.from(reply.copy());
  const found: Buffer[] = [];
  const { from } = reply;
  for (let left = reply.takeNumber(); left > 0; left--) {
    if (reply.type !== BULK) break;
    const length = reply.takeNumber();
    found.push(bytes.subarray(reply.at - from, reply.at - from + length));
    reply.at += length + 2;
  }
  return found;
}

/** Element `index` of an array, which is a number. */
function numberAt(reply: FragmentReply, index: number): number {
  const count = reply.takeNumber();
  for (let i = 0; i < Math.min(index, count); i++) reply.skipElement();
  return index < count && reply.type === INTEGER ? reply.takeNumber() : 0;
}
