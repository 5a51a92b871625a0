/** The limits of one pool's users in this worker, which has its part of what the configuration allows them. */
import { isDeepStrictEqual } from "node:util";
import { EACH_USER, type PoolConfig, type RateConfig } from "../config/mod.ts";
import type { Session } from "./session.ts";
import { Allowance, UserLimit } from "./user_limit.ts";

/** The options that say what the limits are. */
type Rates = Pick<PoolConfig, "requestsPerSecond" | "bytesPerSecond">;

/** Users' limits, by the names of the users. */
export class Throttle {
  #rates: Rates = { requestsPerSecond: [], bytesPerSecond: [] };
  #workers = 1;
  #limits = new Map<string, UserLimit>();

  /** Takes over other rates, shared by so many workers. Those who waited try again. */
  configure({ requestsPerSecond, bytesPerSecond }: Rates, workers: number): void {
    const rates = { requestsPerSecond, bytesPerSecond };
    if (workers === this.#workers && isDeepStrictEqual(rates, this.#rates)) return;
    this.#rates = rates;
    this.#workers = workers;
    const former = this.#limits;
    this.#limits = new Map();
    for (const limit of former.values()) limit.end();
  }

  /** Clients that wait. */
  get waiting(): number {
    let waiting = 0;
    for (const limit of this.#limits.values()) waiting += limit.waiting;
    return waiting;
  }

  /** The part a session has in the limit of its user: what it had, if that has not changed; null: no limit. */
  allowanceOf(session: Session, user: string): Allowance | null {
    const { allowance } = session.client;
    const limit = this.#limitOf(user);
    if (allowance !== null && allowance.limit === limit) return allowance;
    allowance?.forget();
    return limit === null ? null : new Allowance(session, limit);
  }

  /** Wakes those whose turn it is. */
  tick(): void {
    for (const limit of this.#limits.values()) limit.tick();
  }

  #limitOf(user: string): UserLimit | null {
    const found = this.#limits.get(user);
    if (found !== undefined) return found;
    const requests = rateOf(this.#rates.requestsPerSecond, user) / this.#workers;
    const bytes = rateOf(this.#rates.bytesPerSecond, user) / this.#workers;
    if (requests === Infinity && bytes === Infinity) return null;
    const limit = new UserLimit(requests, bytes);
    this.#limits.set(user, limit);
    return limit;
  }
}

/** Infinity when there is none. */
function rateOf(rates: readonly RateConfig[], user: string): number {
  const named = rates.find((rate) => rate.user === user) ?? rates.find((rate) => rate.user === EACH_USER);
  return named?.perSecond ?? Infinity;
}
