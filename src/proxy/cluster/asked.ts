/** What stands behind a request that is on its way: who asked it, and as what. */
import { type Request, SETTLED } from "../request.ts";
import type { Session } from "../session.ts";

/** Who asked; null for the proxy's own requests. */
export function sessionOf({ session, taker }: Request): Session | null {
  return session ?? taker?.parent?.session ?? null;
}

/** The request in its session's queue that it is, or is a fragment of. */
export function askedAs(request: Request): Request {
  return request.taker?.parent ?? request;
}

/** Whether nobody waits for the reply any more. */
export function isOver(request: Request): boolean {
  return askedAs(request).state === SETTLED;
}
