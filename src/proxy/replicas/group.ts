/**
 * A primary and its replicas. Once a second each is asked about its replication, the replicas a moment after the
 * primary, so that what the primary had said by then is what they are held against. Whoever fails, is too far behind,
 * has lost its primary or is none's replica is not read from until it says that all is well again.
 */
import { preferred, WeightedChoice } from "../../routing/replicas/read_choice.ts";
import { OffsetHistory } from "../../routing/replicas/offset_history.ts";
import type { ReplicationInfo } from "../../protocol/redis/replication_info.ts";
import type { Backend } from "../backend.ts";
import { Member, UNKNOWN } from "./member.ts";
import type { Pool } from "../pool.ts";

/** How often members are asked, and how long after the primary the replicas are; milliseconds. */
const ASK_MS = 1000;
const REPLICAS_LATER_MS = 50;
/** A replica that owes an answer for so long is dead to all that wait for it; milliseconds. */
const SILENT_MS = 3000;
/** Offsets are remembered for so much longer than a replica may be behind; milliseconds. */
const REMEMBERED_BEYOND_MS = 60_000;

/** A primary and its replicas, of one pool. */
export class ReplicaGroup {
  readonly primary: Member;
  /** In the configuration's order. */
  replicas: readonly Member[] = [];
  readonly #pool: Pool;
  readonly #offsets = new OffsetHistory();
  #choice: WeightedChoice<Member>;
  #isOver = false;
  #askPrimaryAt = 0;
  #askReplicasAt = Infinity;

  constructor(pool: Pool, primary: Backend) {
    this.#pool = pool;
    this.primary = new Member(primary, true);
    this.#choice = new WeightedChoice([this.primary]);
  }

  /** The members may be others now, or the preferences. */
  follow(replicas: readonly Member[], primaryZone: string | null): void {
    this.replicas = replicas;
    this.primary.zone = primaryZone;
    this.#chooseAnew();
  }

  get #keepMs(): number {
    return this.#pool.config.maxLagMs + REMEMBERED_BEYOND_MS;
  }

  /** The pool doesn't have it any more; reads may still be on their way. */
  end(): void {
    this.#isOver = true;
  }

  /** The member for reads with this hash. */
  choose(hash: number): Member {
    return this.#choice.pick(hash);
  }

  /** Another fit member than `one`, of those preferred if there is one, that knows all before `sinceMs`; or null. */
  another(one: Member, sinceMs: number): Member | null {
    if (this.#isOver) return null;
    const isGood = (each: Member) => each !== one && each.isFit && each.knows(sinceMs);
    return this.#choice.members.find(isGood) ?? [...this.replicas, this.primary].find(isGood) ?? null;
  }

  /** Asks who is due, and gives up whoever is silent; called every 50 ms or so. */
  tick(now: number): void {
    if (now >= this.#askPrimaryAt) {
      this.#askPrimaryAt = now + ASK_MS;
      this.#askReplicasAt = now + REPLICAS_LATER_MS;
      const doneUntilMs = this.primary.doneUntilMs;
      this.primary.ask((info) => this.#hearPrimary(info, doneUntilMs));
    } else if (now >= this.#askReplicasAt) {
      this.#askReplicasAt = Infinity;
      for (const replica of this.replicas) {
        const askedMs = now;
        replica.ask((info, reply) => this.#hearReplica(replica, info, reply, askedMs));
      }
    }
    for (const replica of this.replicas) {
      if (now - replica.askedMs >= SILENT_MS) this.#giveUp(replica);
    }
  }

  /** A replica refused a read: it has to say itself when it is well again. */
  refused(replica: Member, refusal: string): void {
    this.#suspect(replica, `it refused a read: ${refusal}`);
  }

  /** A connection to a server failed, which may be one of these. */
  backendFailed(backend: Backend, reason: string): void {
    const replica = this.replicas.find((each) => each.backend === backend);
    if (replica !== undefined) this.#suspect(replica, `it failed: ${reason}`);
  }

  /** What waits for it fails, and so is asked of the primary. */
  #giveUp(replica: Member): void {
    this.#suspect(replica, "it is silent");
    replica.backend.close("the replica is silent");
  }

  #hearPrimary(info: ReplicationInfo | null, doneUntilMs: number): void {
    if (info === null || !info.isPrimary) return;
    this.#offsets.add(info.replicationId, info.offset, doneUntilMs, this.#keepMs);
  }

  #hearReplica(replica: Member, info: ReplicationInfo | null, reply: string, askedMs: number): void {
    if (info === null) {
      this.#judge(replica, `it doesn't tell about its replication${errorIn(reply)}`);
      return;
    }
    const offsets = this.#offsets;
    const isOfPrimary = info.replicationId === offsets.replicationId;
    replica.knownUntilMs = isOfPrimary ? offsets.knownUntil(info.offset) : -Infinity;
    replica.lagBytes = isOfPrimary ? offsets.bytesBehind(info.offset) : 0;
    // While the primary says nothing, its replicas are believed.
    const isPrimaryKnown = offsets.newest !== null;
    replica.lagMs = isPrimaryKnown
      ? askedMs - Math.max(replica.knownUntilMs, offsets.beginsMs)
      : info.quietSeconds * 1000;
    this.#judge(replica, this.#faultOf(replica, info, isPrimaryKnown && !isOfPrimary));
  }

  #faultOf(replica: Member, info: ReplicationInfo, isStranger: boolean): string {
    const { maxLagMs, maxLagBytes } = this.#pool.config;
    if (info.isPrimary) return "it is a primary itself";
    if (!info.isLinked) return "its link to its primary is down";
    if (isStranger) return "it replicates another primary";
    if (replica.lagMs > maxLagMs) return "it is more than max_lag behind";
    if (maxLagBytes !== null && replica.lagBytes > maxLagBytes) return "it is more than max_lag_bytes behind";
    // The primary has not been looked at for long enough to tell: what was true stays true.
    const isUntold = this.#offsets.newest !== null && replica.knownUntilMs === -Infinity;
    return isUntold ? replica.fault : "";
  }

  /** Something is wrong with a replica; if that was known, it is no news. */
  #suspect(replica: Member, fault: string): void {
    if (replica.isFit || replica.fault === UNKNOWN) this.#judge(replica, fault);
  }

  #judge(replica: Member, fault: string): void {
    const before = replica.fault;
    if (fault === before) return;
    replica.fault = fault;
    if (fault !== "") replica.knownUntilMs = -Infinity;
    this.#chooseAnew();
    const facts = { pool: this.#pool.config.name, server: this.primary.backend.server.name };
    const { name } = replica.backend.server;
    if (fault !== "") {
      this.#pool.shared.report("replica.unfit", { ...facts, replica: name, reason: fault });
    } else if (before !== UNKNOWN) {
      this.#pool.shared.report("replica.fit", { ...facts, replica: name });
    }
  }

  #chooseAnew(): void {
    const { readFrom, zone } = this.#pool.config;
    const members = [this.primary, ...this.replicas];
    const preference = readFrom === "nearest" ? "nearest" : "replica";
    this.#choice = new WeightedChoice(preferred(members, preference, zone));
  }
}

function errorIn(reply: string): string {
  const [, text] = /^-([^\r\n]{1,200})/.exec(reply) ?? [];
  return text === undefined ? "" : `: ${text}`;
}
