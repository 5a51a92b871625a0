/** How each order of a slot job is carried out. */
import {
  FencedWriter,
  Follower,
  isClientsKey,
  raiseFence,
  type ServerAddress,
  ServerConnection,
  Transfer,
  WatchingWriter,
} from "../copying/mod.ts";
import { sleep } from "../copying/sleep.ts";
import { SlotHash } from "../routing/slots/slot_hash.ts";
import { collectKeys, purgeKeys, takeStrays } from "./key_removal.ts";
import { fenceProxy } from "./fence_proxy.ts";
import { unfitness } from "./fitness.ts";
import type { JobEvent, Order } from "./job_events.ts";
import type { JobRecord } from "./job_record.ts";
import type { JobContext } from "./job_runner.ts";
import { JobStore } from "./job_store.ts";
import { awaitProxies } from "./proxy_states.ts";
import { makeSafe } from "./safety.ts";
import { readMember } from "./slot_keys.ts";

const NAME = "sennit-job";
/** Dirty keys below which a catch-up has done what it can. */
const FEW = 50;

/** Carries out orders, one at a time. */
export class OrderDesk {
  readonly #context: JobContext;
  readonly #job: JobRecord;
  readonly #shared: JobStore;
  readonly #send: (event: JobEvent) => void;
  readonly #closing = new AbortController();
  #transfer: Transfer | null = null;
  /** Follows the source while it is being emptied, when no transfer does. */
  #follower: Follower | null = null;
  #hash: SlotHash | null = null;
  #isResting = false;

  constructor(context: JobContext, job: JobRecord, send: (event: JobEvent) => void) {
    this.#context = context;
    this.#job = job;
    this.#shared = new JobStore(context.store, context.keys, context.leadership, job);
    this.#send = send;
  }

  /** Copying rests, or goes on. */
  rest(resting: boolean): void {
    this.#isResting = resting;
    this.#pace();
  }

  /** Ends what follows and copies. */
  close(): void {
    this.#closing.abort(new Error("the job is over"));
  }

  /** The order's outcome. Errors: whatever went wrong; the order has failed. */
  async carryOut(order: Order, ticket: number, signal: AbortSignal): Promise<JobEvent> {
    const { lockMs, store, keys } = this.#context;
    const done: JobEvent = { kind: "done", ticket };
    switch (order.kind) {
      case "wait":
        await sleep(order.ms, signal);
        return done;
      case "check": {
        const reason = await this.#withBoth(signal, unfitness);
        return reason === "" ? done : { kind: "unfit", ticket, reason };
      }
      case "save":
        await this.#shared.save(order.record);
        return done;
      case "undo":
      case "purge":
        await this.#purge(signal);
        return done;
      case "copy":
        await this.#copy();
        return done;
      case "catchUp":
        return await this.#catchUp(ticket);
      case "lock": {
        const lock = await this.#shared.lock();
        const isHeld = (locks: Readonly<Record<string, number>>) => locks[this.#job.id] === lock;
        const proxies = await awaitProxies(store, keys, ({ locks }) => isHeld(locks), lockMs, signal);
        return proxies.length === 0 ? done : { kind: "unheard", ticket, proxies };
      }
      case "fence":
        await this.#fence(order.proxies, signal);
        return done;
      case "settle":
        await this.#settle();
        return done;
      case "secure":
        await this.#secure(signal);
        return done;
      case "commit":
        await this.#shared.commit(order.record);
        return done;
      case "unlock":
        return { kind: "unlocked", ticket, committed: await this.#shared.unlock() };
      case "acknowledge": {
        const { epoch } = await this.#shared.table();
        const proxies = await awaitProxies(store, keys, (state) => state.epoch >= epoch, lockMs, signal);
        return proxies.length === 0 ? done : { kind: "unheard", ticket, proxies };
      }
      case "collect":
        await this.#collect(signal);
        return done;
    }
  }

  get #source(): ServerAddress {
    return this.#context.serverOf(this.#job.from);
  }

  get #target(): ServerAddress {
    return this.#context.serverOf(this.#job.to);
  }

  /** The transfer that is under way. Errors: throws when there is none. */
  get #running(): Transfer {
    if (this.#transfer === null) throw new Error("nothing is being copied");
    this.#transfer.follower.lost.throwIfAborted();
    return this.#transfer;
  }

  #pace(): void {
    if (this.#transfer === null) return;
    const { pace } = this.#context.copying;
    this.#transfer.pace.limits = this.#isResting ? { bytesPerSecond: 1, latencyMs: null } : pace;
  }

  /** Which slot of the job a key belongs to; negative: none. */
  async #bucketOf(): Promise<(key: Buffer) => number> {
    const hash = this.#hash ??= new SlotHash((await this.#shared.table()).hash);
    const slots = new Set(this.#job.slots);
    return (key) => {
      if (!isClientsKey(key)) return -1;
      const slot = hash.slotOf(key, 0, key.length);
      return slots.has(slot) ? slot : -1;
    };
  }

  async #open(server: ServerAddress, signal: AbortSignal): Promise<ServerConnection> {
    return await ServerConnection.open(server, { resp: 2, name: NAME, signal });
  }

  async #withBoth<T>(
    signal: AbortSignal,
    ask: (source: ServerConnection, target: ServerConnection) => Promise<T>,
  ): Promise<T> {
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    try {
      return await ask(await this.#open(this.#source, until), await this.#open(this.#target, until));
    } finally {
      ended.abort(new Error("it was asked"));
    }
  }

  async #purge(signal: AbortSignal): Promise<void> {
    this.#transfer?.close();
    this.#transfer = null;
    const { fence } = this.#context.leadership;
    const bucketOf = await this.#bucketOf();
    const ended = new AbortController();
    const target = await this.#open(this.#target, AbortSignal.any([signal, ended.signal]));
    try {
      await raiseFence(target, fence);
      await purgeKeys(target, new FencedWriter(target, fence), (key) => bucketOf(key) >= 0, signal);
    } finally {
      ended.abort(new Error("it is purged"));
    }
  }

  async #copy(): Promise<void> {
    const { copying, leadership: { fence } } = this.#context;
    const { signal } = this.#closing;
    this.#transfer?.close();
    const bucketOf = await this.#bucketOf();
    const openTarget = async () => new FencedWriter(await this.#open(this.#target, signal), fence);
    this.#transfer = await Transfer.start({ ...copying, source: this.#source, openTarget, bucketOf, signal });
    this.#pace();
    await raiseFence(this.#transfer.follower.connection, fence);
    await this.#transfer.copyAll();
  }

  async #catchUp(ticket: number): Promise<JobEvent> {
    const transfer = this.#running;
    const [start, before] = [performance.now(), transfer.tally.copied + transfer.tally.removed];
    await transfer.catchUp(FEW, 2);
    const copied = transfer.tally.copied + transfer.tally.removed - before;
    const perKey = copied === 0 ? 0 : (performance.now() - start) / copied;
    const hot = transfer.uncopied.map(({ key, what }) => `${key} (${what})`);
    const isPossible = transfer.uncopied.every(({ isHot }) => isHot);
    if (!isPossible) {
      return { kind: "unfit", ticket, reason: `${hot.join(", ")} can't be copied; a replica split can` };
    }
    return { kind: "caughtUp", ticket, predictedMs: perKey * transfer.dirty, hot };
  }

  async #settle(): Promise<void> {
    const transfer = this.#running;
    await transfer.settle();
    if (transfer.uncopied.length > 0) throw new Error(`${transfer.uncopied[0]!.key} could not be copied`);
  }

  async #secure(signal: AbortSignal): Promise<void> {
    const transfer = this.#running;
    this.#context.tell(await makeSafe(transfer.target.connection, this.#context.lockMs));
    for (const key of await this.#lookForStrays(transfer.follower, signal)) transfer.follower.report(key);
    // What is gone meanwhile goes there too.
    await transfer.settle();
  }

  async #fence(proxies: readonly string[], signal: AbortSignal): Promise<void> {
    const { store, keys } = this.#context;
    const source = await this.#open(this.#source, signal);
    try {
      for (const proxy of proxies) {
        const { entry } = await store.get(keys.member(proxy));
        if (entry === null) continue;
        await fenceProxy(source, proxy, readMember(entry.value));
        await this.#shared.guarded([{ remove: keys.member(proxy) }]);
      }
    } finally {
      source.close();
    }
  }

  async #collect(signal: AbortSignal): Promise<void> {
    const bucketOf = await this.#bucketOf();
    const follower = await this.#sourceFollower(bucketOf);
    const writer = new WatchingWriter(follower.connection, this.#context.leadership.fence);
    await collectKeys(
      await this.#open(this.#source, signal),
      writer,
      (key) => bucketOf(key) >= 0,
      signal,
      () => this.#lookForStrays(follower, signal),
    );
    this.#transfer?.close();
    this.#follower?.close();
  }

  /** The transfer's follower knows of everything since the commit; after a change of controllers there is a new one. */
  async #sourceFollower(bucketOf: (key: Buffer) => number): Promise<Follower> {
    if (this.#transfer !== null && !this.#transfer.follower.lost.aborted) return this.#transfer.follower;
    if (this.#follower === null || this.#follower.lost.aborted) {
      const { copying: { limits }, leadership: { fence } } = this.#context;
      this.#follower = await Follower.start(this.#source, { bucketOf, limits, signal: this.#closing.signal });
      await raiseFence(this.#follower.connection, fence);
    }
    return this.#follower;
  }

  /** Keys that are gone. Errors: the signal's reason, when there were others. */
  async #lookForStrays(follower: Follower, signal: AbortSignal): Promise<readonly Buffer[]> {
    const { key, gone } = await takeStrays(follower, () => this.#open(this.#source, signal));
    if (key !== null) this.#send({ kind: "stray", key });
    signal.throwIfAborted();
    return gone;
  }
}
