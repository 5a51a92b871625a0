/** What is known about a client: who it has shown to be, and what it says of itself. */
import type { User } from "../protocol/redis/acl/user.ts";
import { turn } from "../transport/turn.ts";
import type { Reserved } from "./cluster/settling.ts";
import type { RedisSession } from "./redis/redis_session.ts";
import type { Allowance } from "./user_limit.ts";

/** One client's record. */
export class ClientRecord {
  /** When it connected. */
  readonly sinceMs: number = turn.now;
  /** Null before it has logged in, and in pools without users. */
  user: User | null = null;
  /** Whether it has logged in, or needs not. */
  authenticated = true;
  /** What Redis keeps for a connection; null while that is nothing. */
  redis: RedisSession | null = null;
  /** Its part in the limit of its user; null: that has none. */
  allowance: Allowance | null = null;
  /** Whether nothing it asks has to be looked at twice. False in memcached pools, which don't ask. */
  unrestricted = false;
  /** Its next request has to wait until all before it are answered, for keys may have moved. */
  mustSettle = false;
  /** Requests of its that others have to wait for, in some slots of a cluster. */
  reserved: Reserved[] = [];
  /** As `unrestricted`, but what it reads may be for a replica. At most one of the two is true. */
  isSpread = false;
  /** READWRITE: it reads from primaries alone. */
  readsPrimaries = false;
  /** When it last changed something other than by keys that were noted; replicas that may not know that are not read. */
  wroteMs = -Infinity;
  /** Its last request was put back, to be served again later. */
  isPutBack = false;
  /** Marks of the servers it may have changed something on; see `ServerCounters.mark`. */
  wrote = 0;
  /** CLIENT NO-EVICT: when memory is short, it is closed after all others. */
  isKept = false;
  /** CLIENT SETNAME and SETINFO. */
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** Id of the last command; -1 before the first. */
  lastCommand = -1;

  /** Whether no request of its has to wait for another. */
  get isSettled(): boolean {
    return !this.mustSettle && this.reserved.length === 0;
  }

  /**
   * It is this user from now on; null: nobody yet. `freely`: what the user may do, it may do at once. `hasReplicas`:
   * there are some to read from.
   */
  become(user: User | null, freely: boolean, hasReplicas: boolean): void {
    this.user = user;
    this.authenticated = user !== null;
    const isPlain = this.redis === null || this.redis.isPlain;
    const isHeld = this.allowance !== null || !this.isSettled;
    const isFree = freely && isPlain && !isHeld && user !== null && user.isUnlimited;
    // What a replica reads may be older than the change that its client was told of.
    this.isSpread = isFree && hasReplicas && !this.readsPrimaries && !this.redis?.isTracking;
    this.unrestricted = isFree && !this.isSpread;
  }

  /** Everything it asks is looked at twice, until it becomes somebody again. */
  restrict(): void {
    this.unrestricted = false;
    this.isSpread = false;
  }
}
