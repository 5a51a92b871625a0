/** A channel or pattern that clients of one pool and worker listen to. There is one object for each at a time. */
import type { Session } from "../session.ts";
import type { Kind } from "./kind.ts";

/** One channel, pattern or sharded channel. */
export class Topic {
  readonly kind: Kind;
  readonly name: Buffer;
  /** Its name with one character per byte, for tables. */
  readonly text: string;
  /** Sessions that listen or are about to; the topic goes when there is none. */
  wanted = 0;
  /** Sessions that have been told so: who gets its messages. */
  readonly listeners = new Set<Session>();

  constructor(kind: Kind, name: Buffer) {
    this.kind = kind;
    this.name = name;
    this.text = name.toString("latin1");
  }
}
