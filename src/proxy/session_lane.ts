/** Which connection a request of a session takes when more than the ordinary one may be meant. */
import type { Backend } from "./backend.ts";
import type { Lane } from "./lane.ts";
import type { Session } from "./session.ts";

/** The lane of a session's requests to a server: its own one while it has any there, else the one it shares. */
export function laneTo(session: Session, backend: Backend): Lane {
  return session.client.redis?.pins.on(backend)?.lane ?? backend.laneOf(session);
}
