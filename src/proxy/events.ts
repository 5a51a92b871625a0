/**
 * What the data plane reports: one name per situation. The control plane adds its own events to these in
 * `control/log/events.ts`; the log, `sennit help events` and the tests read the whole table.
 */

/** How much an event matters, on nutcracker's scale: 3 error, 4 warning, 5 notice, 6 information. */
export type Level = 3 | 4 | 5 | 6;

/** What is said about an event once and for all. */
export interface EventDeclaration {
  readonly level: Level;
  /** What has happened when it is reported; a sentence for `sennit help events`. */
  readonly meaning: string;
}

/** What an event says of the one time it happened. */
export type Facts = Readonly<Record<string, string | number>>;

/** The events of the data plane by name. */
export const PROXY_EVENTS = {
  "client.lost": { level: 6, meaning: "A client's connection broke." },
  "client.closed": {
    level: 4,
    meaning:
      "The proxy closed a client's connection: a limit, a deadline, or a reply that can't be completed.",
  },
  "client.fault": { level: 5, meaning: "A client sent what isn't its pool's protocol." },
  "client.error": { level: 3, meaning: "A fault of the proxy's own ended a client's connection." },
  "client.tls": { level: 5, meaning: "A client's TLS handshake failed." },
  "pubsub.gap": {
    level: 4,
    meaning: "Clients that have subscribed miss what is published on a server.",
  },
  "pubsub.resumed": { level: 5, meaning: "Nothing that is published on the server is missed any more." },
  "commands.learned": {
    level: 5,
    meaning: "A pool's servers have told of commands that the proxy didn't know, or no longer have them.",
  },
  "replica.unfit": {
    level: 4,
    meaning: "A replica is not read from: it failed, is too far behind, or is none of its server's.",
  },
  "replica.fit": { level: 5, meaning: "A replica that was unfit is read from again." },
  "tracking.gap": {
    level: 4,
    meaning: "Changes on a server are missed: clients that track are told every second to keep nothing.",
  },
  "tracking.resumed": { level: 5, meaning: "No change on the server is missed any more." },
  "login.denied": { level: 4, meaning: "A client gave a user or a password that the pool doesn't know." },
} as const satisfies Readonly<Record<string, EventDeclaration>>;

/** The name of an event of the data plane. */
export type ProxyEvent = keyof typeof PROXY_EVENTS;

/** Tells whoever watches that something happened. */
export type Report<Event extends string = ProxyEvent> = (event: Event, facts: Facts) => void;
