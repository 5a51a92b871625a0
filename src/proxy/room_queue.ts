/** Sessions that wait until a lane's outbox has room for more. */
import type { Stream } from "../transport/stream.ts";
import type { Session } from "./session.ts";

/** Who waits for one lane. */
export class RoomQueue {
  #sessions: Session[] = [];

  /** Adds a session, which is woken once. */
  add(session: Session): void {
    this.#sessions.push(session);
  }

  /** If anybody waits, has the stream's owner told when no more than `lowBytes` are left to be sent. */
  watch(stream: Stream, lowBytes: number): void {
    if (this.#sessions.length === 0) return;
    stream.notifyBelow = lowBytes;
    stream.push();
  }

  /** There is room, or no use in waiting. */
  wakeAll(): void {
    const sessions = this.#sessions;
    this.#sessions = [];
    for (const session of sessions) session.wake();
  }
}
