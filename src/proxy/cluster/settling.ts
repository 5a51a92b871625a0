/**
 * When a session's next request has to wait, so that what it asks of a key is done in the order it was asked.
 *
 * When keys move, it could reach their new owner before earlier requests have reached it by way of the old one. So it
 * waits until all before it are answered: one moment without a pipeline for each change.
 *
 * A request with several keys of one slot may have to be tried again while that slot is moving, where one with a single
 * key would be served: so nothing follows it to its slot before it is answered.
 */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { SEVERAL } from "../placement.ts";
import { ANYWHERE, type Home } from "../redis/home.ts";
import { become } from "../redis/users.ts";
import { type Request, STREAMING } from "../request.ts";
import type { Session } from "../session.ts";
import { QUIET } from "../stall.ts";

/** Slots to which nothing goes until a request is answered. */
export interface Reserved {
  readonly request: Request;
  readonly units: readonly number[];
}

/** Has the session's next request wait for those under way, if there are any. */
export function unsettle({ client, replies }: Session): void {
  if (replies.pending === 0) return;
  client.mustSettle = true;
  client.restrict();
}

/** Has the session's later requests to these units wait for its newest, if that isn't answered. */
export function reserve({ client, replies }: Session, units: readonly number[]): void {
  const { newest } = replies;
  if (newest === null || newest.state >= STREAMING || units.length === 0) return;
  client.reserved.push({ request: newest, units });
  client.restrict();
}

/** Whether the request may be served now; else it is put back. `command` is null when there is no such one. */
export function isSettled(
  session: Session,
  command: Command | null,
  request: RequestScanner,
  home: Home,
): boolean {
  const { client, replies } = session;
  if (replies.pending === 0) {
    client.mustSettle = false;
    client.reserved.length = 0;
  }
  if (client.reserved.length > 0) client.reserved = client.reserved.filter(isUnanswered);
  if (client.mustSettle || clashes(session, command, request, home)) {
    session.putBack(request.asSent(), QUIET);
    return false;
  }
  become(session, client.user);
  return true;
}

function isUnanswered({ request }: Reserved): boolean {
  return request.state < STREAMING;
}

function clashes(
  { client, pool }: Session,
  command: Command | null,
  request: RequestScanner,
  home: Home,
): boolean {
  if (client.reserved.length === 0 || command === null) return false;
  const { transaction } = client.redis ?? { transaction: null };
  const unit = command.name === "exec" && transaction !== null
    ? transaction.unit
    : home.find(pool.router, command, request);
  if (unit === SEVERAL) return true;
  return unit !== ANYWHERE && client.reserved.some(({ units }) => units.includes(unit));
}
