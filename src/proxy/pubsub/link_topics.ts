/**
 * What one link listens to, and what its server has said of it.
 *
 *     wanted:    [a][b][c*]          what shall be heard
 *     questions: [SUBSCRIBE b]…      asked and not answered; the server answers in order
 *     heard:     [a][c*]             what the server has confirmed
 */
import { ERROR } from "../../protocol/redis/bytes.ts";
import { turn } from "../../transport/turn.ts";
import type { Send } from "../listening_connection.ts";
import { LinkQuestion } from "./link_question.ts";
import { SHARD_CHANNEL } from "./kind.ts";
import type { PushFrame } from "./push_frame.ts";
import type { Topic } from "./topic.ts";

/** The topics of one link. */
export class LinkTopics {
  /** When the last topic was left. */
  emptySince = 0;
  readonly #wanted = new Set<Topic>();
  readonly #heard = new Set<Topic>();
  /** The newest question about each topic that is wanted and not heard. */
  readonly #open = new Map<Topic, LinkQuestion>();
  #questions: LinkQuestion[] = [];
  /** Null while there is no connection. */
  #send: Send | null = null;
  readonly #left: () => void;

  /** `left` is called when the server ends a subscription by itself. */
  constructor(left: () => void = () => {}) {
    this.#left = left;
  }

  /** Topics that shall be heard. */
  get size(): number {
    return this.#wanted.size;
  }

  /** Whether the server has confirmed all that is wanted. */
  get isInSync(): boolean {
    return this.#heard.size === this.#wanted.size;
  }

  /** Whether a client believes that it listens to one that the server has not confirmed. */
  get isMissing(): boolean {
    for (const topic of this.#wanted) if (!this.#heard.has(topic) && topic.listeners.size > 0) return true;
    return false;
  }

  /** What the server has to answer next; undefined when nothing. */
  get nextQuestion(): LinkQuestion | undefined {
    return this.#questions[0];
  }

  /** Whether the server has confirmed this one. */
  hears(topic: Topic): boolean {
    return this.#heard.has(topic);
  }

  /** Wants a topic. Null when it is heard; else empty once it is, or why it can't be. */
  hear(topic: Topic): Promise<string> | null {
    if (this.#heard.has(topic)) return null;
    this.#wanted.add(topic);
    let question = this.#open.get(topic);
    if (question === undefined) {
      question = this.#want(topic);
      if (this.#send !== null) this.#ask(question);
    }
    return question.answer;
  }

  /** Wants a topic no longer; false when it did not. */
  leave(topic: Topic): boolean {
    if (!this.#wanted.delete(topic)) return false;
    this.#heard.delete(topic);
    this.#open.get(topic)?.settle("");
    this.#open.delete(topic);
    if (this.#send !== null) this.#ask(new LinkQuestion(topic, false));
    if (this.#wanted.size === 0) this.emptySince = turn.now;
    return true;
  }

  /** There is a connection: asks for everything. */
  connected(send: Send): void {
    this.#send = send;
    for (const topic of this.#wanted) this.#ask(this.#open.get(topic) ?? this.#want(topic));
  }

  /** The connection is gone: nothing is heard, and what was asked has to be asked again. */
  disconnected(): void {
    this.#send = null;
    this.#heard.clear();
    this.#questions = [];
  }

  /** Those who wait for a topic hear why it can't be heard. */
  refuseAll(fault: string): void {
    for (const question of this.#open.values()) question.settle(fault);
    this.#open.clear();
  }

  /** Asks whether the server is there. */
  ping(): void {
    this.#ask(new LinkQuestion(null, true));
  }

  /** Whether the server says, unasked, that it tells a sharded channel no longer; then it is wanted and not heard. */
  #isEndedByServer(frame: PushFrame, bytes: Uint8Array): boolean {
    if (frame.word !== SHARD_CHANNEL.unsubscribe) return false;
    const name = Buffer.from(bytes.subarray(frame.nameStart, frame.nameEnd)).toString("latin1");
    const question = this.nextQuestion;
    if (question?.word === frame.word && question.topic?.text === name) return false;
    for (const topic of this.#heard) {
      if (topic.kind === SHARD_CHANNEL && topic.text === name) this.#heard.delete(topic);
    }
    return true;
  }

  /** The server has answered. Answers why the stream can't be trusted any more; empty while it can. */
  answered(frame: PushFrame, bytes: Uint8Array, start: number, end: number): string {
    if (this.#isEndedByServer(frame, bytes)) {
      this.#left();
      return "";
    }
    const question = this.#questions.shift();
    if (question === undefined) return "the server said something it was not asked";
    const { topic } = question;
    const isError = bytes[start] === ERROR;
    if (topic === null) return "";
    if (!isError && frame.word !== question.word) return "the server confirmed something it was not asked";
    // Only the newest question about a topic counts: behind an older one it was left and wanted again.
    if (this.#open.get(topic) !== question) return "";
    this.#open.delete(topic);
    if (!isError) this.#heard.add(topic);
    question.settle(isError ? Buffer.from(bytes.subarray(start + 1, end - 2)).toString("latin1") : "");
    return "";
  }

  #want(topic: Topic): LinkQuestion {
    const question = new LinkQuestion(topic, true);
    this.#open.set(topic, question);
    return question;
  }

  #ask(question: LinkQuestion): void {
    question.askedMs = turn.now;
    this.#questions.push(question);
    this.#send!(question.encode());
  }
}
