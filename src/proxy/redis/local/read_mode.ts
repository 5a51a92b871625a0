/**
 * READONLY and READWRITE: whether a client's reads may go to replicas. They may, in pools that have any to read from,
 * until the client says otherwise; elsewhere a server answers that is in no cluster.
 */
import { turn } from "../../../transport/turn.ts";
import { errorReply, simpleReply } from "../replies.ts";
import { become } from "../users.ts";
import type { LocalCall, LocalCommand } from "./call.ts";

const NO_REPLICAS = errorReply("ERR This instance has cluster support disabled");

/** READONLY: reads may go to replicas. */
export const readonly: LocalCommand = (call) => setMode(call, false);

/** READWRITE: reads go to primaries alone. */
export const readwrite: LocalCommand = (call) => setMode(call, true);

function setMode({ session, pool }: LocalCall, readsPrimaries: boolean): Uint8Array {
  if (pool.replicas.reads === null) return NO_REPLICAS;
  const { client } = session;
  client.readsPrimaries = readsPrimaries;
  // What it wrote meanwhile, nobody has noted.
  client.wroteMs = turn.now;
  become(session, client.user);
  return simpleReply("OK");
}
