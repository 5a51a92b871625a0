/**
 * MONITOR: who sees the commands of a pool's clients, in whichever workers they are. While nobody does, requests take
 * their short way and nothing here is looked at.
 *
 *     worker A                                worker B
 *     clients ─▶ feed ─▶ monitors             clients ─▶ feed ─▶ lines ─┐
 *                         ▲                                             │ one batch at a time
 *                         └──────────── supervisor ◀────────────────────┘
 *
 * A worker with monitors tells the others so every second, for a little longer than that: one that dies is forgotten,
 * and one that is new is told.
 */
import type { Command } from "../../protocol/redis/command.ts";
import type { Arguments } from "../../protocol/arguments.ts";
import { type EndsTurn, turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { become } from "../redis/users.ts";
import type { Session } from "../session.ts";
import { isShown, monitorLine } from "./monitor_line.ts";

/** This worker, for others. */
const HERE = crypto.randomUUID();
const RENEWED_MS = 1000;
const WANTED_MS = 5000;
/** Lines for other workers that may wait while a batch is on its way; bytes. */
const MOST_WAITING = 1024 * 1024;

/** Lines for monitors in other workers, or null: some were lost. */
export type MonitorLines = string | null;

/** The monitors of one pool in one worker. */
export class MonitorFeed implements EndsTurn {
  /** Whether somebody watches, here or elsewhere. */
  isOn = false;
  readonly #pool: Pool;
  readonly #monitors = new Set<Session>();
  /** Until when other workers want to be told. */
  readonly #wanted = new Map<string, number>();
  #renewAt = 0;
  #waiting: MonitorLines = "";
  #isSending = false;
  #isMarked = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Done when the clients of all workers are watched for this one; then `add` follows. */
  prepare(): Promise<void> {
    const { shared, config } = this.#pool;
    this.#renewAt = turn.now + RENEWED_MS;
    return shared.instance.wantMonitorLines(config.name, HERE, WANTED_MS);
  }

  /** The session sees what all others send from now on. */
  add(session: Session): void {
    this.#monitors.add(session);
    this.#update();
  }

  /** It does no longer. */
  remove(session: Session): void {
    if (this.#monitors.delete(session)) this.#update();
  }

  /** Whether it does. */
  has(session: Session): boolean {
    return this.#monitors.has(session);
  }

  /** The worker `who` wants to be told for so long. */
  want(who: string, forMs: number): void {
    if (who === HERE) return;
    this.#wanted.set(who, turn.now + forMs);
    this.#update();
  }

  /** A client has sent this, and it was served. */
  show(session: Session, command: Command, args: Arguments): void {
    if (!isShown(command)) return;
    const line = monitorLine(session, command, args);
    if (this.#monitors.size > 0) this.#tell(line);
    if (this.#wanted.size > 0) this.#passOn(line);
  }

  /** Lines of the worker `from`. */
  take(from: string, lines: MonitorLines): void {
    if (from === HERE) return;
    if (lines !== null) return this.#tell(lines);
    for (const session of this.#monitors) {
      session.close("MONITOR: clients of other workers send more than can be passed on");
    }
  }

  /** Looks after who wants what until when. */
  tick(now: number): void {
    if (!this.isOn) return;
    for (const [who, until] of this.#wanted) if (now >= until) this.#wanted.delete(who);
    this.#update();
    if (this.#monitors.size > 0 && now >= this.#renewAt) void this.prepare().catch(() => {});
  }

  endTurn(): void {
    this.#isMarked = false;
    if (!this.#isSending) void this.#send();
  }

  turnFailed(error: Error): void {
    throw error;
  }

  #update(): void {
    const isOn = this.#monitors.size > 0 || this.#wanted.size > 0;
    if (isOn === this.isOn) return;
    this.isOn = isOn;
    for (const session of this.#pool.sessions) become(session, session.client.user);
  }

  #tell(lines: string): void {
    const bytes = Buffer.from(lines, "latin1");
    for (const session of this.#monitors) session.replies.interject(bytes, 0, bytes.length);
  }

  #passOn(line: string): void {
    if (this.#waiting === null) return;
    this.#waiting = this.#waiting.length > MOST_WAITING ? null : this.#waiting + line;
    if (this.#isMarked) return;
    this.#isMarked = true;
    turn.atEnd(this);
  }

  async #send(): Promise<void> {
    const { shared, config } = this.#pool;
    this.#isSending = true;
    while (this.#waiting !== "") {
      const lines = this.#waiting;
      this.#waiting = "";
      // A supervisor that is gone takes this worker with it.
      await shared.instance.passMonitorLines(config.name, HERE, lines).catch(() => {});
    }
    this.#isSending = false;
  }
}
