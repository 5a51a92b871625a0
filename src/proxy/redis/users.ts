/** The users of one pool, as its configuration has them. */
import { createHash } from "node:crypto";
import type { PoolConfig } from "../../config/mod.ts";
import { parseUser } from "../../protocol/redis/acl/rules.ts";
import { anybody, DEFAULT_USER, type User } from "../../protocol/redis/acl/user.ts";
import type { Session } from "../session.ts";

/** Everybody who may log in to a pool. */
export class Users {
  /**
   * Who a client is before it says anything: the `default` of `users`, or whoever knows `redis_auth`; with users and
   * without either, nobody, for users would be of no use if everybody could do everything without being one.
   */
  readonly default: User;
  readonly #byName = new Map<string, User>();

  constructor({ users, redisAuth }: Pick<PoolConfig, "users" | "redisAuth">) {
    for (const { name, rules } of users ?? []) this.#byName.set(name, parseUser(name, rules));
    const isClosed = users !== null && redisAuth === null;
    this.default = this.#byName.get(DEFAULT_USER) ??
      (isClosed ? parseUser(DEFAULT_USER, "off") : anybody(redisAuth === null ? null : sha256(redisAuth)));
    this.#byName.set(DEFAULT_USER, this.default);
  }

  /** Who a client is at first; null when that takes a login. */
  get welcome(): User | null {
    return this.default.isOpen ? this.default : null;
  }

  /** In the order of their names. */
  get all(): readonly User[] {
    return [...this.#byName.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The user of that name; undefined when there is none. */
  named(name: string): User | undefined {
    return this.#byName.get(name);
  }
}

/** Makes the client of a session this user; null: one that has to log in first. */
export function become(session: Session, user: User | null): void {
  const { pause, monitors, replicas } = session.pool;
  session.client.become(user, !pause.isOn && !monitors.isOn, replicas.reads !== null);
}

/** The SHA-256 of a password. */
export function sha256(password: string | Uint8Array): Buffer {
  return createHash("sha256").update(password).digest();
}
