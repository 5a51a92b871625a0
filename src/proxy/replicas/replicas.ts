/**
 * The replicas of a pool's servers. What members a group has comes from outside as part of a pool's settings, as the
 * servers do: today from the configuration. The ring knows nothing of it, and no verdict about a replica changes it.
 */
import type { ReplicaConfig } from "../../config/mod.ts";
import type { Backend, BackendWatcher } from "../backend.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { ReplicaGroup } from "./group.ts";
import { Hedging } from "./hedging.ts";
import { Member } from "./member.ts";
import { ReplicaReads } from "./replica_reads.ts";
import { WriteTimes } from "./write_times.ts";

/** What stands behind one server of a pool. */
export interface GroupSettings {
  /** Where the server itself stands; null when nobody says. */
  readonly zone: string | null;
  readonly replicas: readonly ReplicaConfig[];
}

/** The groups of one pool. */
export class Replicas implements BackendWatcher {
  /** Null while all reads go to the servers of the ring. */
  reads: ReplicaReads | null = null;
  /** By the place of the primary in the pool's order; null for a server without replicas. */
  groups: readonly (ReplicaGroup | null)[] = [];
  readonly #pool: Pool;
  #hedging: Hedging | null = null;
  #written: WriteTimes | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The backends of all replicas. */
  get backends(): Backend[] {
    return this.members.map(({ backend }) => backend);
  }

  /** All replicas, group after group. */
  get members(): Member[] {
    return this.groups.flatMap((group) => group === null ? [] : [...group.replicas]);
  }

  /**
   * Takes over what the groups are now, `settings` being in the pool's order, whose backends are made. Members that
   * stay keep what is known about them. `backendFor` makes the backend of a new one.
   */
  follow(
    settings: readonly GroupSettings[],
    backendFor: (replica: ReplicaConfig, index: number) => Backend,
  ): void {
    const { backends, config } = this.#pool;
    const before = this.groups;
    const members = new Map(this.members.map((member) => [member.backend, member]));
    this.groups = settings.map(({ zone, replicas }, index) => {
      if (replicas.length === 0 || config.readFrom === "primary") return null;
      const primary = backends[index]!;
      const group = before.find((each) => each?.primary.backend === primary) ??
        new ReplicaGroup(this.#pool, primary);
      group.follow(
        replicas.map((replica) => {
          const backend = backendFor(replica, index);
          const member = members.get(backend) ?? new Member(backend, false);
          member.zone = replica.zone;
          member.weight = replica.weight;
          return member;
        }),
        zone,
      );
      return group;
    });
    for (const group of before) if (!this.groups.includes(group)) group?.end();
    this.#begin();
  }

  #begin(): void {
    const { hedge } = this.#pool.config;
    const isReading = this.groups.some((group) => group !== null);
    if (!isReading || hedge === null) {
      this.#hedging?.close();
      this.#hedging = null;
    } else if (this.#hedging === null) this.#hedging = new Hedging(hedge, this.#pool.counters);
    else this.#hedging.configure(hedge);
    // Clients that were here before replicas were may have written anything.
    const unknownUntilMs = this.#pool.sessions.size > 0 ? turn.now : -Infinity;
    this.#written = isReading ? this.#written ?? new WriteTimes(unknownUntilMs) : null;
    this.reads = this.#written === null
      ? null
      : new ReplicaReads(this.#pool, this.groups, this.#hedging, this.#written);
  }

  /** Looks after deadlines; called every 50 ms or so. */
  tick(now: number): void {
    if (this.reads === null) return;
    for (const { backend } of this.members) backend.tick(now);
    for (const group of this.groups) group?.tick(now);
    this.#hedging?.tick(now);
  }

  /** A replica that fails is not read from; who takes keys is not its business. */
  backendFailed(backend: Backend, reason: string): void {
    for (const group of this.groups) group?.backendFailed(backend, reason);
  }

  backendReady(): void {}

  layoutDoubted(): void {}

  /** Nothing more is asked; whoever has the backends closes them. */
  close(): void {
    this.#hedging?.close();
  }
}
