/** Transaction blocks. Nobody else is served between two requests of one, and all of it is in one commit. */
import { Failure } from "../../failure.ts";
import type { Handler, Handlers } from "../call.ts";

const multi: Handler = ({ client, reply }) => {
  if (client.queued !== null) throw new Failure("ERR MULTI calls can not be nested");
  client.queued = [];
  reply.ok();
};

const exec: Handler = async ({ client, keyspace, reply }) => {
  const { queued, isQueueFaulty } = client;
  if (queued === null) throw new Failure("ERR EXEC without MULTI");
  // Keys whose time is over change at that, if nobody has met them since.
  for (const name of client.watched.values()) await keyspace.find(name);
  const { isWatchBroken } = client;
  client.endBlock();
  if (isQueueFaulty) throw new Failure("EXECABORT Transaction discarded because of previous errors.");
  if (isWatchBroken) {
    reply.nullArray();
    return;
  }
  reply.array(queued.length);
  for (const job of queued) {
    reply.buffer.mark();
    await job.run(keyspace);
  }
};

const discard: Handler = ({ client, reply }) => {
  if (client.queued === null) throw new Failure("ERR DISCARD without MULTI");
  client.endBlock();
  reply.ok();
};

const watch: Handler = async ({ args, client, keyspace, reply }) => {
  if (client.queued !== null) throw new Failure("ERR WATCH inside MULTI is not allowed");
  for (const name of args.slice(1)) {
    // One that is over already doesn't change any more.
    await keyspace.find(name);
    client.watch(name);
  }
  reply.ok();
};

const unwatch: Handler = ({ client, reply }) => {
  client.unwatch();
  reply.ok();
};

/** Transaction blocks. */
export const TRANSACTION_COMMANDS: Handlers = { multi, exec, discard, watch, unwatch };
