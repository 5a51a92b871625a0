/**
 * How channels are reached: the answer of a pool's router. A server hands a message to those who are connected to it,
 * so whoever listens must be on every server where a message can come from, and a message must be published once.
 */
import type { Router } from "../../routing/router.ts";
import type { Kind } from "./kind.ts";

/** Where to listen and where to publish. Servers are named by their index in the pool. */
export interface ChannelPlan {
  /** Where the topic is listened to. */
  heardOn(kind: Kind, name: Uint8Array): readonly number[];
  /** Those among them without which a subscription can't be confirmed; not those that are out of the ring. */
  neededFor(kind: Kind, name: Uint8Array): readonly number[];
  /** Which server a message to the channel `bytes[start, end)`, of that kind, is published on, or `NO_SERVER`. */
  publishedOn(kind: Kind, bytes: Uint8Array, start: number, end: number): number;
  /**
   * The server from which a message to `channel` is taken that others may tell too; null when all that tell it speak of
   * messages of their own. `name` is the topic's.
   */
  speakerOf(kind: Kind, name: Uint8Array, channel: Uint8Array): number | null;
}

/**
 * The plan of rings: listen on every server, publish on the one that the channel's hash names. So what transactions and
 * scripts publish on their server is heard, and every server's keyspace notifications. Sharded channels are on one
 * server alone, unless the router throws dice.
 */
export class RingChannels implements ChannelPlan {
  readonly #router: Router;
  readonly #all: readonly number[];
  readonly #isRandom: boolean;

  /** `isRandom`: the router gives another server each time it is asked for the same key. */
  constructor(router: Router, servers: number, isRandom: boolean) {
    this.#router = router;
    this.#all = Array.from({ length: servers }, (_, index) => index);
    this.#isRandom = isRandom;
  }

  heardOn(kind: Kind, name: Uint8Array): readonly number[] {
    return this.#isOnOne(kind) ? this.#home(name) : this.#all;
  }

  neededFor(kind: Kind, name: Uint8Array): readonly number[] {
    return this.#isOnOne(kind) ? this.#home(name) : this.#router.owners;
  }

  publishedOn(_: Kind, bytes: Uint8Array, start: number, end: number): number {
    return this.#router.route(bytes, start, end);
  }

  speakerOf(): null {
    return null;
  }

  #isOnOne(kind: Kind): boolean {
    return kind.isSharded && !this.#isRandom;
  }

  #home(name: Uint8Array): readonly number[] {
    const server = this.#router.route(name, 0, name.length);
    return server < 0 ? [] : [server];
  }
}
