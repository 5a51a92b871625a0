/**
 * How channels are reached in a Redis Cluster, whose nodes pass on to each other what is published: each channel and
 * pattern is listened to on one primary, and published on the same. Sharded channels are where their slot is. What
 * every node tells of itself alone, its keyspace notifications, is listened to on all primaries; a pattern that fits
 * such and others is too, and of the others only its own primary's word counts.
 */
import { murmur } from "../../hash/murmur.ts";
import { NO_SERVER, type Router } from "../../routing/router.ts";
import type { ChannelPlan } from "./channel_plan.ts";
import type { Kind } from "./kind.ts";
import { CHANNEL, PATTERN } from "./kind.ts";

const NOTIFICATIONS = ["__keyspace@", "__keyevent@"];
/** What stands in patterns for something else than itself. */
const SPECIAL = /[*?[\\]/;

/** The plan of clusters. */
export class ClusterChannels implements ChannelPlan {
  readonly #router: Router;
  readonly #all: readonly number[];
  /** Of the servers' names. */
  readonly #hashes: readonly number[];

  /** `names` are the primaries', in the order of the router. */
  constructor(router: Router, names: readonly string[]) {
    this.#router = router;
    this.#all = names.map((_, index) => index);
    this.#hashes = names.map((name) => hashOf(Buffer.from(name)));
  }

  heardOn(kind: Kind, name: Uint8Array): readonly number[] {
    if (kind.isSharded) {
      const server = this.#router.route(name, 0, name.length);
      return server < 0 ? [] : [server];
    }
    const isOfAll = kind === PATTERN ? mayFitNotifications(name) : isNotification(name);
    return isOfAll || this.#all.length === 0 ? this.#all : [this.#home(name, 0, name.length)];
  }

  neededFor(kind: Kind, name: Uint8Array): readonly number[] {
    return this.heardOn(kind, name);
  }

  publishedOn(kind: Kind, bytes: Uint8Array, start: number, end: number): number {
    return kind.isSharded ? this.#router.route(bytes, start, end) : this.#home(bytes, start, end);
  }

  speakerOf(kind: Kind, name: Uint8Array, channel: Uint8Array): number | null {
    if (kind !== PATTERN && kind !== CHANNEL) return this.#router.route(name, 0, name.length);
    return isNotification(channel) ? null : this.#home(name, 0, name.length);
  }

  /**
   * The primary with the highest score for the channel: when primaries come and go, the channels of the others stay
   * where they are, and slots that move don't matter.
   */
  #home(bytes: Uint8Array, start: number, end: number): number {
    const hash = murmur(bytes, start, end);
    let home = NO_SERVER;
    let highest = -1;
    for (let i = 0; i < this.#hashes.length; i++) {
      const mixed = Math.imul(hash ^ this.#hashes[i]!, 0x9e3779b1);
      const score = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
      if (score <= highest) continue;
      highest = score;
      home = i;
    }
    return home;
  }
}

function hashOf(bytes: Uint8Array): number {
  return murmur(bytes, 0, bytes.length);
}

function isNotification(channel: Uint8Array): boolean {
  const text = Buffer.from(channel.subarray(0, NOTIFICATIONS[0]!.length)).toString("latin1");
  return NOTIFICATIONS.includes(text);
}

/** By what stands before the pattern's first special sign. */
function mayFitNotifications(pattern: Uint8Array): boolean {
  const [literal] = Buffer.from(pattern).toString("latin1").split(SPECIAL, 1);
  return NOTIFICATIONS.some((prefix) => prefix.startsWith(literal!) || literal!.startsWith(prefix));
}
