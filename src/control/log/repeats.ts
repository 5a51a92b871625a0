/**
 * Keeps a log readable when the same thing happens again and again: of each kind of event the first few of a window
 * are let through, the others are counted, and the window ends with one event that says how many there were.
 *
 * A kind is an event's name with its pool, its server and the sort of its reason, so that an error never hides
 * behind another one. Changes carry an `id`, and each is let through. Memory is bounded: kinds beyond the most that
 * are told apart share one allowance per name.
 */
import type { Facts } from "../../proxy/mod.ts";

/** Events of one kind that a window lets through. */
const FIRST = 10;
/** Units: milliseconds. */
const WINDOW_MS = 10_000;
/** Kinds that are told apart in one window. */
const MOST_KINDS = 512;
/** Longest part of a reason that tells kinds apart. */
const REASON_LENGTH = 200;

/** What happened of one kind in the current window. */
interface Kind<Event> {
  readonly event: Event;
  /** What the kind's events have in common, for the line that sums them up. */
  readonly facts: Facts;
  seen: number;
}

/** Lets events through, or counts them. */
export class Repeats<Event extends string> {
  readonly #sumUp: (event: Event, facts: Facts) => void;
  readonly #kinds = new Map<string, Kind<Event>>();
  #windowEnd = 0;

  /** `sumUp` is told of every kind that was not let through entirely; its facts hold `suppressed`. */
  constructor(sumUp: (event: Event, facts: Facts) => void) {
    this.#sumUp = sumUp;
  }

  /** Whether this event is to be written. `now` is in milliseconds on a clock that never goes back. */
  admits(event: Event, facts: Facts, now: number): boolean {
    if ("id" in facts || "suppressed" in facts) return true;
    this.tick(now);
    if (this.#kinds.size === 0) this.#windowEnd = now + WINDOW_MS;
    return ++this.#kindOf(event, facts).seen <= FIRST;
  }

  /** Ends the window when it is over. */
  tick(now: number): void {
    if (this.#kinds.size > 0 && now >= this.#windowEnd) this.flush();
  }

  /** Ends the window now. */
  flush(): void {
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { event, facts, seen } of kinds) {
      if (seen > FIRST) this.#sumUp(event, { ...facts, suppressed: seen - FIRST });
    }
  }

  #kindOf(event: Event, facts: Facts): Kind<Event> {
    const { pool = "", server = "", reason = "" } = facts;
    const key = `${event}\n${pool}\n${server}\n${sortOf(String(reason))}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    if (this.#kinds.size >= MOST_KINDS) return this.#kinds.get(event) ?? this.#add(event, event, {});
    return this.#add(key, event, commonFacts(facts));
  }

  #add(key: string, event: Event, facts: Facts): Kind<Event> {
    const kind = { event, facts, seen: 0 };
    this.#kinds.set(key, kind);
    return kind;
  }
}

/** A reason without what changes from one time to the next: numbers, and whatever stands in quotes. */
function sortOf(reason: string): string {
  return reason.slice(0, REASON_LENGTH).replaceAll(/"[^"]*"?|\d+/g, "#");
}

function commonFacts({ pool, server, reason }: Facts): Facts {
  const common: Record<string, string | number> = {};
  if (pool !== undefined) common.pool = pool;
  if (server !== undefined) common.server = server;
  if (reason !== undefined) common.reason = String(reason).slice(0, REASON_LENGTH);
  return common;
}
