/**
 * What servers call the connections that clients have for themselves. A server is asked once per connection, ahead of
 * the first request that may wait there, because behind such a request nothing is read any more.
 */
import { textOfReply } from "../ask_servers.ts";
import type { Lane } from "../lane.ts";
import { LOCAL_COMMAND, Request } from "../request.ts";
import { turn } from "../../transport/turn.ts";
import { encodeCommand } from "./greeting.ts";

const CLIENT_ID = encodeCommand(["CLIENT", "ID"]);

const ids = new WeakMap<Lane, Promise<string>>();

/** The server's id of a pinned lane, or what it said instead. It is asked for if that has not been done. */
export function connectionId(lane: Lane): Promise<string> {
  let id = ids.get(lane);
  if (id === undefined) {
    id = ask(lane);
    ids.set(lane, id);
  }
  return id;
}

function ask(lane: Lane): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const take = (request: Request) => resolve(textOfReply(request).trimEnd().replace(/^:/, ""));
  if (lane.begin(new Request(null, { take }, LOCAL_COMMAND, turn.now))) {
    lane.outbox.append(CLIENT_ID, 0, CLIENT_ID.length);
    lane.push();
  }
  return promise;
}
