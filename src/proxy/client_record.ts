/** What is known about a client: who it has shown to be, and what it says of itself. */
import type { User } from "../protocol/redis/acl/user.ts";
import { turn } from "../transport/turn.ts";
import type { Reserved } from "./cluster/settling.ts";
import type { RedisSession } from "./redis/redis_session.ts";

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
  /** Whether nothing it asks has to be looked at twice. False in memcached pools, which don't ask. */
  unrestricted = false;
  /** Its next request has to wait until all before it are answered, for keys may have moved. */
  mustSettle = false;
  /** Requests of its that others have to wait for, in some slots of a cluster. */
  reserved: Reserved[] = [];
  /** Its last request was put back, to be served again later. */
  isPutBack = false;
  /** Marks of the servers it may have changed something on; see `ServerCounters.mark`. */
  wrote = 0;
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

  /** It is this user from now on; null: nobody yet. `freely`: what the user may do, it may do at once. */
  become(user: User | null, freely: boolean): void {
    this.user = user;
    this.authenticated = user !== null;
    const isPlain = this.redis === null || this.redis.isPlain;
    this.unrestricted = freely && isPlain && this.isSettled && user !== null && user.isUnlimited;
  }
}
