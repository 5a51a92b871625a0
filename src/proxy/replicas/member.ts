/** One server of a group: the primary that the ring knows, or one of its replicas, and what is known about it. */
import { readReplicationInfo, type ReplicationInfo } from "../../protocol/redis/replication_info.ts";
import type { Candidate } from "../../routing/replicas/read_choice.ts";
import { turn } from "../../transport/turn.ts";
import type { Backend } from "../backend.ts";
import { encodeCommand } from "../redis/greeting.ts";
import { ReplyView } from "../reply_view.ts";
import { LOCAL_COMMAND, Request } from "../request.ts";

const INFO_REPLICATION = encodeCommand(["INFO", "replication"]);
/** What is wrong with a replica that has not been asked yet. */
export const UNKNOWN = "it has not been asked yet";

/** A member of a group. */
export class Member implements Candidate {
  readonly backend: Backend;
  readonly isPrimary: boolean;
  zone: string | null = null;
  weight = 1;
  /** Why it is not read from; empty while it is. A primary always is: there is nobody else to ask. */
  fault: string;
  /** Everything that was asked of the primary before this is in its data. */
  knownUntilMs: number;
  /** How far it is behind, when it last said so. */
  lagMs = 0;
  lagBytes = 0;
  /** Reads it was sent as a replica, and those of them that the primary had to answer. */
  reads = 0;
  repeated = 0;
  /** When the question that is not answered yet was asked; infinite without one. */
  askedMs = Infinity;

  constructor(backend: Backend, isPrimary: boolean) {
    this.backend = backend;
    this.isPrimary = isPrimary;
    this.fault = isPrimary ? "" : UNKNOWN;
    this.knownUntilMs = isPrimary ? Infinity : -Infinity;
  }

  get isFit(): boolean {
    return this.fault === "";
  }

  /** Whether all that was written until then is in its data; -Infinity: nothing was. */
  knows(sinceMs: number): boolean {
    return sinceMs < this.knownUntilMs || sinceMs === -Infinity;
  }

  /** When the oldest request that it has not answered was asked, or now: what was asked before is done. */
  get doneUntilMs(): number {
    let oldest = turn.now;
    for (const { inFlight } of this.backend.allLanes) {
      if (inFlight.front !== null) oldest = Math.min(oldest, inFlight.front.enteredMs);
    }
    return oldest;
  }

  /**
   * Asks about its replication, unless it still owes an answer. `tell` gets null for a reply that says something
   * else; when there is none, the backend's watcher hears why.
   */
  ask(tell: (info: ReplicationInfo | null, reply: string) => void): void {
    if (this.askedMs !== Infinity) return;
    this.askedMs = turn.now;
    const take = (request: Request) => {
      this.askedMs = Infinity;
      const reply = Buffer.from(new ReplyView(request).copy()).toString("latin1");
      tell(readReplicationInfo(reply), reply);
    };
    const failed = () => {
      this.askedMs = Infinity;
      return true;
    };
    const lane = this.backend.firstLane;
    if (!lane.begin(new Request(null, { take, failed }, LOCAL_COMMAND, turn.now))) return;
    lane.outbox.append(INFO_REPLICATION, 0, INFO_REPLICATION.length);
    lane.push();
  }
}
