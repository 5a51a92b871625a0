/**
 * Where requests of a session were sent on to, by key. One that follows on a shorter way, because the node it came to
 * knows more by now, must not overtake one that is still on a longer.
 */
import type { Session } from "../session.ts";

/** The detours of one pool's sessions. */
export class Detours {
  readonly #nodes = new Map<Session, Map<string, string>>();

  /** Whether nothing of these keys may still be on its way to another node than this one. */
  leadTo(session: Session, keys: readonly string[], node: string): boolean {
    const nodes = this.#nodes.get(session);
    return nodes === undefined || keys.every((key) => (nodes.get(key) ?? node) === node);
  }

  /** A request with these keys is sent on to a node. */
  add(session: Session, keys: readonly string[], node: string): void {
    let nodes = this.#nodes.get(session);
    if (nodes === undefined) this.#nodes.set(session, nodes = new Map());
    for (const key of keys) nodes.set(key, node);
  }

  /** Forgets those of sessions that have nothing under way. */
  tick(): void {
    for (const session of this.#nodes.keys()) if (session.replies.pending === 0) this.#nodes.delete(session);
  }

  /** The session is gone. */
  forget(session: Session): void {
    this.#nodes.delete(session);
  }
}
