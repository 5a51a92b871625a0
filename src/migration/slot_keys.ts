/**
 * What slot pools keep in the coordination store, under the pool's prefix.
 *
 *     table            {"hash": "codis", "epoch": 7, "owners": {"1": "0-511", "2": "512-1023"}}
 *     jobs/ID          a job's record
 *     locks/ID         {"slots": "0-511"}      goes with the controller's lease: proxies hold these slots while it stands
 *     members/PROXY    {"user": "proxy-1"}     a proxy that may write to servers; stays until it leaves, or is fenced
 *     states/PROXY     {"epoch": 7, "locks": {"ID": 42}}   goes with the proxy's lease: what it routes by, and holds
 *
 * A lock is known by the revision at which it was put, so that nobody's holding an earlier one counts for it.
 */
import * as z from "zod";
import { NO_SERVER } from "../routing/router.ts";
import { SLOT_HASHES, SlotHash, type SlotHashName } from "../routing/slots/slot_hash.ts";
import { formatSlots, parseSlots } from "../routing/slots/slot_ranges.ts";

const TABLE = z.strictObject({
  hash: z.enum(SLOT_HASHES),
  epoch: z.int().positive(),
  owners: z.record(z.string(), z.string()),
});
const STATE = z.strictObject({ epoch: z.int(), locks: z.record(z.string(), z.int()) });
const MEMBER = z.strictObject({ user: z.string().nullable() });
const LOCK = z.strictObject({ slots: z.string() });

/** Whose slots are whose. */
export interface SlotTable {
  readonly hash: SlotHashName;
  /** Grows with every change. */
  readonly epoch: number;
  /** By slot, the number of its group; `NO_SERVER`: it is offline. */
  readonly owners: readonly number[];
}

/** What a proxy says of itself. */
export type ProxyState = z.infer<typeof STATE>;

/** How a proxy can be kept from servers: by its user there, or, without one, by its connections' name. */
export type ProxyMember = z.infer<typeof MEMBER>;

/** Names of keys under a pool's prefix, which ends with a slash. */
export class SlotKeys {
  constructor(readonly prefix: string) {}

  get table(): string {
    return `${this.prefix}table`;
  }

  job(id: string): string {
    return `${this.prefix}jobs/${id}`;
  }

  lock(id: string): string {
    return `${this.prefix}locks/${id}`;
  }

  member(proxy: string): string {
    return `${this.prefix}members/${proxy}`;
  }

  state(proxy: string): string {
    return `${this.prefix}states/${proxy}`;
  }

  /** What stands behind `locks/`, `members/` or `states/`; null for other keys. */
  nameIn(folder: "locks" | "members" | "states", key: string): string | null {
    const start = `${this.prefix}${folder}/`;
    return key.startsWith(start) ? key.slice(start.length) : null;
  }
}

/** Errors: throws when the text is no table. */
export function readTable(text: string): SlotTable {
  const { hash, epoch, owners } = TABLE.parse(JSON.parse(text));
  const { count } = new SlotHash(hash);
  const table = new Array<number>(count).fill(NO_SERVER);
  for (const [group, slots] of Object.entries(owners)) {
    for (const slot of parseSlots(slots, count)) table[slot] = Number(group);
  }
  return { hash, epoch, owners: table };
}

/** The text of a table. */
export function writeTable({ hash, epoch, owners }: SlotTable): string {
  const groups = [...new Set(owners)].filter((group) => group !== NO_SERVER).sort((a, b) => a - b);
  const slotsOf = (group: number) => owners.flatMap((owner, slot) => owner === group ? [slot] : []);
  const ranges = Object.fromEntries(groups.map((group) => [group, formatSlots(slotsOf(group))]));
  return JSON.stringify({ hash, epoch, owners: ranges });
}

/** The table after some slots have got another owner. */
export function withOwner(table: SlotTable, slots: readonly number[], group: number): SlotTable {
  const owners = [...table.owners];
  for (const slot of slots) owners[slot] = group;
  return { ...table, epoch: table.epoch + 1, owners };
}

/** Errors: throws when the text is no state. */
export function readState(text: string): ProxyState {
  return STATE.parse(JSON.parse(text));
}

/** Errors: throws when the text is no member. */
export function readMember(text: string): ProxyMember {
  return MEMBER.parse(JSON.parse(text));
}

/** The slots of a lock. Errors: throws when the text is no lock. */
export function readLock(text: string, count: number): number[] {
  return parseSlots(LOCK.parse(JSON.parse(text)).slots, count);
}

/** The text of a lock. */
export function writeLock(slots: readonly number[]): string {
  return JSON.stringify({ slots: formatSlots(slots) });
}
