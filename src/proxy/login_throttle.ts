/**
 * Slows down whoever tries passwords. After a few wrong ones in a row from one network for one user, logins from
 * there to that user are refused without a look, for a time that doubles with every further wrong one.
 *
 * What keeps honest clients out of it: the same wrong password again counts once, so that a program with an old
 * password, which tries it for ever, locks nobody out; and one user's failures don't count against another's. A
 * right password forgets all. Names that no user has share one account, so that trying names gains nothing.
 */

/** Wrong passwords in a row that are only counted. */
const FREE = 5;
/** How long the next one closes the door; milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** After so long without a wrong password, all is forgotten; milliseconds. */
const MEMORY_MS = 10 * 60_000;
/** Networks and users that are remembered; the one that failed longest ago goes first. */
const MOST_ACCOUNTS = 10_000;
/** Wrong passwords that are known again. */
const KNOWN_PASSWORDS = 4;

/** What is remembered of one network and user. */
interface Account {
  /** Different wrong passwords in a row. */
  failures: number;
  /** Wrong passwords in a row. */
  attempts: number;
  /** Four bytes of the digests of the last different ones: enough to know them again, and no more. */
  readonly known: number[];
  closedUntil: number;
  lastMs: number;
}

/** What a wrong password led to. */
export interface DeniedLogin {
  /** Wrong passwords in a row, the same ones too. */
  readonly attempts: number;
  /** How long logins are refused now; milliseconds. */
  readonly pauseMs: number;
}

/** Remembers wrong passwords. Times are on the turn's clock. */
export class LoginThrottle {
  /** The one that failed longest ago first. */
  readonly #accounts = new Map<string, Account>();

  /** How long to wait before a login is looked at again; 0: not at all. Units: milliseconds. */
  pauseOf(account: string, now: number): number {
    const found = this.#accounts.get(account);
    return found === undefined ? 0 : Math.max(0, found.closedUntil - now);
  }

  /** A password with this digest was wrong. */
  failed(account: string, digest: Uint8Array, now: number): DeniedLogin {
    const record = this.#recordFor(account, now);
    record.attempts++;
    record.lastMs = now;
    const print = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    if (!record.known.includes(print)) {
      record.failures++;
      record.known.push(print);
      if (record.known.length > KNOWN_PASSWORDS) record.known.shift();
      const excess = record.failures - FREE;
      if (excess > 0) {
        record.closedUntil = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(excess - 1, 30));
      }
    }
    return { attempts: record.attempts, pauseMs: Math.max(0, record.closedUntil - now) };
  }

  /** The password was right. */
  succeeded(account: string): void {
    this.#accounts.delete(account);
  }

  #recordFor(account: string, now: number): Account {
    const found = this.#accounts.get(account);
    this.#accounts.delete(account);
    const isFresh = found !== undefined && now - found.lastMs < MEMORY_MS;
    const record = isFresh ? found : { failures: 0, attempts: 0, known: [], closedUntil: 0, lastMs: now };
    this.#accounts.set(account, record);
    if (this.#accounts.size > MOST_ACCOUNTS) {
      for (const oldest of this.#accounts.keys()) {
        this.#accounts.delete(oldest);
        break;
      }
    }
    return record;
  }
}

/**
 * What a peer shares with those next to it: its IPv4 address, or the first half of its IPv6 address, of which one
 * customer of a provider has all. `peer` is as `Stream.peer` has it.
 */
export function networkOf(peer: string): string {
  if (!peer.startsWith("[")) return peer.replace(/:\d+$/, "");
  const address = peer.slice(1, peer.indexOf("]")).replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  while (groups.length + behind.length < 8) groups.push("0");
  return [...groups, ...behind].slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(":");
}
