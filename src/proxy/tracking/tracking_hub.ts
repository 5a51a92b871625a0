/**
 * CLIENT TRACKING in one pool of one worker. Clients share connections, so no server can know who of them has read
 * what. The worker knows: it listens to each server for the names of all keys that change, and remembers what each
 * session has read, or which prefixes it wants to hear of.
 *
 *     server ── every key that changes ──▶ link ─▶ hub ─▶ sessions that read it ─▶ push
 *                                                     ─▶ sessions with its prefix ─▶ push
 *
 * While a server can't be listened to, those who track are told again and again that anything may have changed.
 */
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { type Changed, encodeInvalidation } from "./invalidation.ts";
import { ReadKeys } from "./read_keys.ts";
import type { Tracker } from "./tracker.ts";
import { TrackingLink, type TrackingWatcher } from "./tracking_link.ts";

/** Reads that are remembered, and bytes of their keys. */
const MOST_READS = 200_000;
const MOST_KEY_BYTES = 16 * 1024 * 1024;
/** How often clients are told that anything may have changed, while that may be so. */
const DOUBT_MS = 1000;
/** How long links that nobody needs stay, for the next one. */
const IDLE_MS = 5000;

/** The tracking of one pool's clients in one worker. */
export class TrackingHub implements TrackingWatcher {
  readonly #pool: Pool;
  readonly #trackers = new Set<Tracker>();
  readonly #byPrefix = new Map<string, Set<Tracker>>();
  readonly #reads = new ReadKeys(MOST_READS, MOST_KEY_BYTES);
  /** By the `listenText` of the way to the server. */
  readonly #links = new Map<string, TrackingLink>();
  /** When changes on a server began to be missed. */
  readonly #missing = new Map<TrackingLink, number>();
  /** Sessions that wait for the links. */
  #preparing = 0;
  #idleSince = 0;
  #doubtAt = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Connections to servers. */
  get links(): number {
    return this.#links.size;
  }

  /** Empty once every change is heard, and then `add` follows; or why that can't be. */
  async prepare(): Promise<string> {
    this.#preparing++;
    this.#linkUp();
    const links = this.#needed.map((link) => link.whenListening);
    const faults = await Promise.all(links);
    this.#preparing--;
    this.#idleSince = turn.now;
    return faults.find((fault) => fault !== "") ?? "";
  }

  /** Tells it of changes from now on. */
  add(tracker: Tracker): void {
    this.#trackers.add(tracker);
    for (const prefix of tracker.prefixes) {
      const trackers = this.#byPrefix.get(prefix) ?? new Set();
      this.#byPrefix.set(prefix, trackers.add(tracker));
    }
  }

  /** Tells it no more. */
  remove(tracker: Tracker): void {
    tracker.isOver = true;
    this.#trackers.delete(tracker);
    for (const prefix of tracker.prefixes) {
      const trackers = this.#byPrefix.get(prefix)!;
      trackers.delete(tracker);
      if (trackers.size === 0) this.#byPrefix.delete(prefix);
    }
    if (this.#trackers.size > 0) return;
    this.#idleSince = turn.now;
    this.#reads.clear();
  }

  /** The session has asked for what is in a key. */
  note(tracker: Tracker, key: Uint8Array): void {
    const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
    this.#reads.note(text, tracker, (key, readers) => tellAll([Buffer.from(key, "latin1")], readers));
  }

  /** The pool has other servers, or keys have: what was read elsewhere says nothing of what is here. */
  follow(): void {
    if (this.#trackers.size === 0 && this.#preparing === 0) return this.close();
    this.#linkUp();
    this.#doubt();
  }

  /** Looks after deadlines. */
  tick(now: number): void {
    if (this.#links.size === 0) return;
    for (const link of this.#links.values()) link.tick(now);
    if (this.#trackers.size === 0) {
      if (this.#preparing === 0 && now - this.#idleSince >= IDLE_MS) this.close();
    } else if (now >= this.#doubtAt && this.#needed.some(({ isListening }) => !isListening)) {
      this.#doubt();
    }
  }

  /** Closes all connections. */
  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#missing.clear();
  }

  changed(keys: Changed): void {
    if (this.#trackers.size === 0) return;
    if (keys === null) return this.#doubt();
    const byTracker = new Map<Tracker, Buffer[]>();
    for (const key of keys) {
      for (const tracker of this.#reads.take(key.toString("latin1"))) {
        const told = byTracker.get(tracker);
        if (told === undefined) byTracker.set(tracker, [key]);
        else told.push(key);
      }
    }
    for (const [tracker, read] of byTracker) tellAll(read, [tracker]);
    for (const [prefix, trackers] of this.#byPrefix) {
      const begin = Buffer.from(prefix, "latin1");
      const wanted = keys.filter((key) => begin.equals(key.subarray(0, begin.length)));
      if (wanted.length > 0) tellAll(wanted, trackers);
    }
  }

  missed(link: TrackingLink, reason: string): void {
    if (this.#trackers.size === 0) return;
    this.#doubt();
    if (this.#missing.has(link)) return;
    this.#missing.set(link, turn.now);
    this.#pool.shared.report("tracking.gap", { pool: this.#pool.config.name, server: link.server, reason });
  }

  regained(link: TrackingLink): void {
    this.#doubt();
    const since = this.#missing.get(link);
    if (since === undefined) return;
    this.#missing.delete(link);
    const ms = Math.round(turn.now - since);
    this.#pool.shared.report("tracking.resumed", { pool: this.#pool.config.name, server: link.server, ms });
  }

  /** The links to servers that are in the ring; from others nothing is read. */
  get #needed(): TrackingLink[] {
    const { router, backends } = this.#pool;
    return router.owners.map((server) => this.#links.get(backends[server]!.way.listenText)!);
  }

  /** Has a link to each server of the pool, and to no other. */
  #linkUp(): void {
    const { backends } = this.#pool;
    const ways = new Set(backends.map(({ way }) => way.listenText));
    for (const [text, link] of this.#links) {
      if (ways.has(text)) continue;
      link.close();
      this.#links.delete(text);
      this.#missing.delete(link);
    }
    for (const { way, server: { name } } of backends) {
      if (!this.#links.has(way.listenText)) {
        this.#links.set(way.listenText, new TrackingLink(this.#pool, name, way, this));
      }
    }
  }

  /** Anything may have changed. */
  #doubt(): void {
    this.#doubtAt = turn.now + DOUBT_MS;
    tellAll(null, this.#trackers);
  }
}

function tellAll(keys: Changed, trackers: Iterable<Tracker>): void {
  const push = encodeInvalidation(keys);
  for (const tracker of trackers) tracker.tell(keys, push);
}
