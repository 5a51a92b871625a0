/** Says what happens: to the log, and to whoever watches events. */
import { ulid } from "ulid";
import type { Facts } from "../../proxy/mod.ts";
import type { EventName } from "./events.ts";
import { EventStream } from "./event_stream.ts";
import type { Change } from "../instance.ts";
import type { Log } from "./log.ts";

/**
 * Events of single clients are for the log; there may be very many of them, as many as somebody likes. What an
 * operator does to one is for everybody.
 */
const UNWATCHED = /^(client\.(?!killed$)|login\.|admin\.denied$)/;

/** The log and the stream of events of an instance. */
export class Journal {
  readonly log: Log;
  readonly events = new EventStream();

  constructor(log: Log) {
    this.log = log;
  }

  /** Something happened. An `id` among the facts is the event's too. */
  readonly report = (event: EventName, facts: Facts): void => {
    this.log.write(event, facts);
    if (UNWATCHED.test(event)) return;
    const id = typeof facts.id === "string" ? facts.id : ulid();
    this.events.publish({ id, at: new Date().toISOString(), name: event, facts });
  };

  /** A change was made. */
  changed(event: EventName, { id, changes, moved }: Change, facts: Facts): void {
    const shares = Object.entries(moved).filter(([, share]) => share > 0);
    this.report(event, {
      id,
      ...facts,
      ...(changes.length === 0 ? {} : { changes: changes.join("; ") }),
      ...(shares.length === 0 ? {} : { moved: shares.map(([pool, share]) => `${pool}=${share}`).join(" ") }),
    });
  }
}
