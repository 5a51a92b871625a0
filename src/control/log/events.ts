/**
 * Every event there is, declared once: its name, its level and what it means. What writes the log takes no other
 * name, and `sennit help events`, the README and the tests read this table.
 */
import { markdownTable } from "../../config/mod.ts";
import { type EventDeclaration, PROXY_EVENTS, type Report } from "../../proxy/mod.ts";

/** What levels are called in the log. */
export const LEVEL_NAMES = { 3: "error", 4: "warn", 5: "notice", 6: "info" } as const;

/** The events of the control plane by name. */
const CONTROL_EVENTS = {
  "started": { level: 5, meaning: "The proxy serves its pools." },
  "stopping": { level: 5, meaning: "The proxy accepts no more clients and finishes with those it has." },
  "stopped": { level: 5, meaning: "The proxy has ended in order." },
  "pool.listening": { level: 5, meaning: "A pool accepts clients." },
  "pool.closed": {
    level: 5,
    meaning: "A pool that the configuration no longer has accepts no more clients.",
  },
  "server.failed": { level: 4, meaning: "A server doesn't answer as it should, for a new reason." },
  "server.connected": { level: 5, meaning: "A server that had failed is connected again." },
  "server.ejected": { level: 4, meaning: "A server that kept failing was taken out of the ring." },
  "server.readmitted": { level: 4, meaning: "A server that was ejected answered its probe and is back." },
  "cluster.changed": {
    level: 5,
    meaning: "A cluster's nodes say that it is laid out otherwise than before.",
  },
  "cluster.failed": {
    level: 4,
    meaning: "No node of a cluster says how it is laid out; the layout known so far stays in force.",
  },
  "cluster.known": { level: 5, meaning: "A node of the cluster answers again." },
  "config.reloaded": { level: 5, meaning: "The configuration was read again and is in force." },
  "config.rejected": {
    level: 3,
    meaning: "The configuration was read again and has faults; nothing changed.",
  },
  "config.warning": { level: 4, meaning: "The configuration says something that looks like a mistake." },
  "membership.changed": { level: 5, meaning: "An operator changed the servers of a pool." },
  "membership.dropped": {
    level: 4,
    meaning: "What operators had changed about a pool's servers no longer fits the file, and is forgotten.",
  },
  "store.failed": { level: 3, meaning: "The store that keeps operators' changes can't be read or written." },
  "store.changed": { level: 5, meaning: "Somebody else changed what the store keeps." },
  "worker.started": { level: 5, meaning: "A worker process serves." },
  "worker.died": { level: 3, meaning: "A worker process ended unasked; another one takes its place." },
  "worker.late": {
    level: 4,
    meaning: "A worker process takes long to do what the others have done; it serves as before meanwhile.",
  },
  "worker.caught_up": { level: 5, meaning: "A worker process that was late does what the others do." },
  "worker.failed": {
    level: 3,
    meaning: "A worker process can't do what the others do, and is replaced.",
  },
  "upgrade.started": { level: 5, meaning: "The binary now on disk was started to take over." },
  "upgrade.finished": { level: 5, meaning: "The new process serves; this one finishes with its clients." },
  "upgrade.failed": { level: 3, meaning: "The new process did not get ready; this one goes on." },
  "slowlog.reset": { level: 5, meaning: "An operator emptied the slow log." },
  "client.killed": { level: 5, meaning: "An operator closed a client's connection." },
  "admin.listening": { level: 5, meaning: "The admin endpoint accepts requests." },
  "admin.unavailable": {
    level: 4,
    meaning: "The default address of the admin endpoint is taken; this instance has none.",
  },
  "admin.failed": {
    level: 3,
    meaning: "A fault of the proxy's own spoiled an answer of the admin endpoint.",
  },
  "stats.failed": { level: 4, meaning: "Somebody who asked the statistics port got nothing." },
  "admin.denied": {
    level: 4,
    meaning: "Somebody asked the admin endpoint for what his token doesn't allow.",
  },
  "log.level": { level: 5, meaning: "The log's level was changed." },
  "log.failed": { level: 3, meaning: "The log file can't be opened anew; the old one is written on." },
  "log.recovered": { level: 4, meaning: "The log can be written again; `lost` lines could not." },
} as const satisfies Readonly<Record<string, EventDeclaration>>;

/** Every event by name. */
export const EVENTS = { ...PROXY_EVENTS, ...CONTROL_EVENTS };

/** The name of an event. */
export type EventName = keyof typeof EVENTS;

/** Tells whoever watches that something happened, of all that can happen. */
export type ReportEvent = Report<EventName>;

/** The events as a table for the README and `sennit help events`. */
export function eventReference(): string {
  const rows = Object.entries<EventDeclaration>(EVENTS)
    .sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, { level, meaning }]) => [`\`${name}\``, `${level} ${LEVEL_NAMES[level]}`, meaning]);
  return markdownTable([["Event", "Level", "What has happened"], ...rows]);
}
