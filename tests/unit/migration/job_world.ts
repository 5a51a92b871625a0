/**
 * A naive world for slot jobs: two servers that are maps, a store that is three fields, clients that write. It carries
 * out orders with whatever outcome it is told, and complains when one is given that would lose something.
 */
import type { JobEvent, Order } from "../../../src/migration/job_events.ts";
import type { JobRecord } from "../../../src/migration/job_record.ts";

/** How an order goes: all of it is done, nothing, or it is done and the outcome says that it has failed. */
export type Luck = "good" | "bad" | "unknown";

/** The world. */
export class JobWorld {
  readonly source = new Map<string, number>();
  readonly target = new Map<string, number>();
  /** What clients were told. */
  readonly truth = new Map<string, number>();
  owner: "source" | "target" = "source";
  stored: JobRecord;
  lock = false;
  /** Somebody writes past the lock: a proxy that was not heard of. */
  isLeaking = false;
  /** All proxies know whose the slots are. */
  known = true;
  readonly #dirty = new Set<string>();
  #isFollowing = false;
  /** A commit that nobody has heard of, and that comes when it pleases. */
  #pendingCommit: JobRecord | null = null;
  #writes = 0;

  constructor(record: JobRecord) {
    this.stored = record;
  }

  /** A client writes, if it gets through. */
  write(key: string): void {
    const isHeld = this.lock && !this.isLeaking;
    if (isHeld || !this.known) return;
    const value = ++this.#writes;
    this.truth.set(key, value);
    (this.owner === "source" ? this.source : this.target).set(key, value);
    if (this.owner === "source" && this.#isFollowing) this.#dirty.add(key);
  }

  /** A commit on its way arrives, unless its lock is gone. */
  deliver(): void {
    const record = this.#pendingCommit;
    this.#pendingCommit = null;
    if (record !== null && this.lock) this.#commit(record);
  }

  /** The controller dies, and its lease with it: the next one begins with what is stored. */
  crash(): void {
    // Whatever it wrote is guarded by its leading.
    this.#pendingCommit = null;
    this.lock = false;
    this.isLeaking = false;
    this.#forget();
  }

  /** What was being carried out is given up. */
  stop(): void {}

  /** Carries an order out. */
  carryOut(order: Order, ticket: number, luck: Luck): JobEvent {
    const failed: JobEvent = { kind: "failed", ticket, reason: `${order.kind} failed` };
    if (luck === "bad") {
      if (order.kind === "copy" || order.kind === "settle") this.#forget();
      if (order.kind === "lock") return this.#lockByHalf(ticket);
      if (order.kind === "check") return failed;
      if (order.kind === "acknowledge") return { kind: "unheard", ticket, proxies: ["p1"] };
      return failed;
    }
    const event = this.#do(order, ticket);
    if (luck === "good" || order.kind === "unlock" || order.kind === "wait") return event;
    if (order.kind === "copy" || order.kind === "settle") this.#forget();
    return failed;
  }

  /** A commit is sent, and nobody knows whether it arrives. */
  sendCommit(order: Order & { kind: "commit" }, ticket: number): JobEvent {
    this.#pendingCommit = order.record;
    return { kind: "failed", ticket, reason: "no answer" };
  }

  #do(order: Order, ticket: number): JobEvent {
    const done: JobEvent = { kind: "done", ticket };
    switch (order.kind) {
      case "wait":
      case "check":
      case "secure":
        return done;
      case "save":
        this.#expect(
          order.record.phase !== "undoing" || this.owner === "source",
          "what was committed is undone",
        );
        this.stored = order.record;
        return done;
      case "purge":
      case "undo":
        this.#expect(this.owner === "source", `${order.kind} of what the target owns`);
        this.#expect(!this.lock || this.#pendingCommit === null, `${order.kind} while a commit may come`);
        this.target.clear();
        if (order.kind === "undo") this.#forget();
        return done;
      case "copy":
        this.#isFollowing = true;
        this.#dirty.clear();
        for (const [key, value] of this.source) this.target.set(key, value);
        return done;
      case "catchUp":
        this.#expect(this.#isFollowing, "a catch-up without a follower");
        this.#copyDirty();
        return { kind: "caughtUp", ticket, predictedMs: 1, hot: [] };
      case "lock":
        this.#expect(this.owner === "source", "a lock of what the target owns");
        this.lock = true;
        this.isLeaking = false;
        return done;
      case "fence":
        this.isLeaking = false;
        return done;
      case "settle":
        this.#expect(this.lock && !this.isLeaking, "settling while clients write");
        this.#expect(this.#isFollowing, "settling without a follower");
        this.#copyDirty();
        return done;
      case "commit":
        if (this.lock) this.#commit(order.record);
        return this.owner === "target" ? done : { kind: "failed", ticket, reason: "the lock is gone" };
      case "unlock": {
        if (this.owner === "target") return { kind: "unlocked", ticket, committed: true };
        this.lock = false;
        this.isLeaking = false;
        this.#pendingCommit = null;
        return { kind: "unlocked", ticket, committed: false };
      }
      case "acknowledge":
        this.#expect(this.owner === "target", "acknowledging no commit");
        this.known = true;
        return done;
      case "collect":
        this.#expect(this.owner === "target" && this.known, "collecting what somebody may still write");
        this.source.clear();
        return done;
    }
  }

  #commit(record: JobRecord): void {
    this.#expect(this.owner === "source", "a second commit");
    this.#expect(
      !this.isLeaking && this.#dirty.size === 0 && this.#isFollowing,
      "a commit of what is not in step",
    );
    this.owner = "target";
    this.stored = record;
    this.lock = false;
    this.known = false;
  }

  #lockByHalf(ticket: number): JobEvent {
    this.lock = true;
    this.isLeaking = true;
    return { kind: "unheard", ticket, proxies: ["p1", "p2"] };
  }

  #copyDirty(): void {
    for (const key of this.#dirty) this.target.set(key, this.source.get(key)!);
    this.#dirty.clear();
  }

  #forget(): void {
    this.#isFollowing = false;
    this.#dirty.clear();
  }

  #expect(isSo: boolean, otherwise: string): void {
    if (!isSo) throw new Error(`the job would lose something: ${otherwise}`);
  }
}
