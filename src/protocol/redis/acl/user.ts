/** A user of a pool: who may log in under a name, and what they may do then. */
import { timingSafeEqual } from "node:crypto";
import { Selector } from "./selector.ts";

/** Who a client is before it says anything else, if that needs no password. */
export const DEFAULT_USER = "default";

/** What is shown of the hash of a password. */
export const HIDDEN_HASH = "#(hidden)";

/** What a user is made of. */
export interface UserOptions {
  readonly name: string;
  readonly enabled: boolean;
  /** Any password will do. */
  readonly noPassword: boolean;
  /** SHA-256 of each password. */
  readonly hashes: readonly Uint8Array[];
  readonly selectors: readonly Selector[];
  /** Its rules as they may be shown: without what says something of its passwords. */
  readonly rules: string;
  /** It has rules of its own, instead of being allowed everything that a client of a pool is. */
  readonly isDeclared: boolean;
}

/** A user. */
export class User {
  readonly name: string;
  readonly enabled: boolean;
  readonly noPassword: boolean;
  readonly selectors: readonly Selector[];
  readonly rules: string;
  readonly isDeclared: boolean;
  /** Nothing has to be checked. */
  readonly isUnlimited: boolean;
  readonly #hashes: readonly Uint8Array[];

  constructor(options: UserOptions) {
    this.name = options.name;
    this.enabled = options.enabled;
    this.noPassword = options.noPassword;
    this.selectors = options.selectors;
    this.rules = options.rules;
    this.isDeclared = options.isDeclared;
    this.isUnlimited = options.selectors.some((selector) => selector.isUnlimited);
    this.#hashes = options.hashes;
  }

  /** How many passwords it has. */
  get passwords(): number {
    return this.#hashes.length;
  }

  /** Whether a client needs no password to be this user. */
  get isOpen(): boolean {
    return this.enabled && this.noPassword;
  }

  /**
   * Whether the password with this SHA-256 is one of the user's. Looks at all of them, however early one fits, so
   * that the time it takes says nothing.
   */
  accepts(hash: Uint8Array): boolean {
    let fits = this.noPassword;
    for (const each of this.#hashes) if (timingSafeEqual(each, hash)) fits = true;
    return fits && this.enabled;
  }
}

/** The user of a pool without users: all clients, or all that know the password with this SHA-256. */
export function anybody(hash: Uint8Array | null): User {
  const selector = new Selector();
  selector.setAllCommands(true);
  selector.setAllKeys(true);
  selector.setAllChannels(true);
  return new User({
    name: DEFAULT_USER,
    enabled: true,
    noPassword: hash === null,
    hashes: hash === null ? [] : [hash],
    selectors: [selector],
    rules: `on ${hash === null ? "nopass" : HIDDEN_HASH} ~* &* +@all`,
    isDeclared: false,
  });
}
