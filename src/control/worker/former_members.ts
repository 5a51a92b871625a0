/** Pools that a worker's plan has no more: they accept nobody, and serve whom they have until the last client has left. */
import type { Pool } from "../../proxy/mod.ts";
import { Departure } from "./departure.ts";
import type { Member } from "./member.ts";

/** Those of a worker. */
export class FormerMembers {
  #all: { readonly member: Member; readonly departure: Departure }[] = [];

  /** Those whose last clients are about to leave. */
  get pools(): Pool[] {
    return this.#all.map(({ member }) => member.pool);
  }

  /** Sees off the clients of another one over `graceMs`. */
  add(member: Member, graceMs: number, now: number): void {
    member.stopListening();
    this.#all.push({ member, departure: new Departure(member.pool.sessions, graceMs, now) });
  }

  /** Goes on seeing them off, and closes those that nobody uses any more. */
  tick(now: number): void {
    this.#all = this.#all.filter(({ member, departure }) => {
      member.pool.tick(now);
      if (!departure.tick(now)) return true;
      member.pool.close();
      return false;
    });
  }
}
