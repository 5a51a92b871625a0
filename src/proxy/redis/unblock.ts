/**
 * CLIENT UNBLOCK: ends a client's wait for data. The client waits on connections of its own, so the servers are asked
 * to unblock those: only they know whether there was still something to wait for, and nothing that was popped is lost.
 */
import { askServer } from "../ask_servers.ts";
import type { Session } from "../session.ts";
import { connectionId } from "./connection_ids.ts";
import { encodeCommand } from "./greeting.ts";
import type { Pin } from "./pins.ts";

/** How a wait ends: as if its time were over, or with an error. */
export type UnblockReason = "TIMEOUT" | "ERROR";

/** Ends what a session waits for. Shape: "1" if it did, "0" if it waited for nothing, or why that can't be told. */
export async function unblock(session: Session, reason: UnblockReason): Promise<string> {
  const waiting = session.client.redis?.pins.blocked ?? [];
  const answers = await Promise.all(waiting.map((pin) => unblockOn(pin, reason)));
  return answers.includes("1") ? "1" : answers.find((answer) => answer !== "0") ?? "0";
}

async function unblockOn(pin: Pin, reason: UnblockReason): Promise<string> {
  // Until the server has answered, nobody else may wait on this connection.
  pin.unblocking++;
  try {
    const id = await connectionId(pin.lane);
    if (!pin.isBlocked) return "0";
    const server = pin.backend.server.name;
    if (!/^\d+$/.test(id)) return `server ${server} doesn't say what it calls the connection: ${id}`;
    const answer = await askServer(pin.backend, encodeCommand(["CLIENT", "UNBLOCK", id, reason]));
    return /^:([01])/.exec(answer ?? "")?.[1] ?? `server ${server}: ${answer?.trimEnd() ?? "no answer yet"}`;
  } finally {
    pin.unblocking--;
  }
}
