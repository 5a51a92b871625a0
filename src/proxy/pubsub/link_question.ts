/** What a subscriber link has asked its server: to send a topic's messages, to stop that, or whether it is there. */
import { arrayReply, bulkReply } from "../redis/replies.ts";
import type { Topic } from "./topic.ts";

const PING = arrayReply([bulkReply("PING")]);

/** One question on its way. */
export class LinkQuestion {
  /** Null: is anybody there? */
  readonly topic: Topic | null;
  /** Whether the topic's messages are wanted. */
  readonly isOn: boolean;
  /** When it was sent; 0 before. */
  askedMs = 0;
  /** Empty once it is confirmed, or why it can't be, as an error reply without its dash. It is never rejected. */
  readonly answer: Promise<string>;
  readonly settle: (fault: string) => void;

  constructor(topic: Topic | null, isOn: boolean) {
    this.topic = topic;
    this.isOn = isOn;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.answer = promise;
    this.settle = resolve;
  }

  /** The command. */
  encode(): Uint8Array {
    return this.topic === null ? PING : arrayReply([bulkReply(this.word), bulkReply(this.topic.name)]);
  }

  /** The command's name, with which its confirmation begins. */
  get word(): string {
    if (this.topic === null) return "";
    return this.isOn ? this.topic.kind.subscribe : this.topic.kind.unsubscribe;
  }
}
