/**
 * Sends the reads of a pool to replicas. A session reads a key from the same member as long as the members are the
 * same, so that it never sees time go back; and what was written through this worker is read from the primary until
 * the member has it, so that a session always sees its own writes. The router doesn't know of any of this: it names
 * the server that owns the key, and a group stands behind it.
 */
import type { Arguments } from "../../protocol/arguments.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { hashFor } from "../../routing/replicas/read_choice.ts";
import { fnv1a_32 } from "../../hash/fnv1a_32.ts";
import { turn } from "../../transport/turn.ts";
import type { Pool } from "../pool.ts";
import { arrayReply, bulkReply } from "../redis/replies.ts";
import type { Request } from "../request.ts";
import { noteKey } from "../request_key.ts";
import type { Session } from "../session.ts";
import type { ReplicaGroup } from "./group.ts";
import type { Hedging } from "./hedging.ts";
import type { Member } from "./member.ts";
import { type ReadParts, ReplicaRead } from "./replica_read.ts";
import { WriteTimes } from "./write_times.ts";

/** A request in a chunk no larger than this is not copied: the chunk is kept alive instead. See `request_key.ts`. */
const LARGEST_CHUNK = 8 * 1024;
const FIRST_ARGUMENT = Int32Array.of(1);

/** Who is asked, and what it has to know. */
interface Target {
  readonly group: ReplicaGroup;
  readonly member: Member;
  readonly sinceMs: number;
}

/** The reads of one pool whose groups are `groups`, by the place of their primary in the pool's order. */
export class ReplicaReads {
  readonly #pool: Pool;
  readonly #groups: readonly (ReplicaGroup | null)[];
  readonly #hedging: Hedging | null;
  readonly #written: WriteTimes;

  constructor(
    pool: Pool,
    groups: readonly (ReplicaGroup | null)[],
    hedging: Hedging | null,
    written: WriteTimes,
  ) {
    this.#pool = pool;
    this.#groups = groups;
    this.#hedging = hedging;
    this.#written = written;
  }

  /** Serves a request whose only key is argument 1 if it is for a replica; else notes what it writes. */
  serveOne(session: Session, request: RequestScanner, command: Command, server: number): boolean {
    if (command.forReplicas) return this.serve(session, request, command, server, FIRST_ARGUMENT, 1);
    if (!command.retrySafe) this.noteWrites(session, command, request, FIRST_ARGUMENT, 1);
    return false;
  }

  /** Sends a read of keys that all are on one server to a replica of it; false: it is for that server itself. */
  serve(
    session: Session,
    request: RequestScanner,
    command: Command,
    server: number,
    keys: Int32Array,
    count: number,
  ): boolean {
    if (!mayRead(session, command) || count === 0) return false;
    const target = this.#targetFor(session, request, server, keys, count);
    const hedging = count === 1 ? this.#hedging : null;
    if (target === null || (target.member.isPrimary && hedging === null)) return false;
    const record = session.expect(command.id + 1);
    noteKey(record, request, keys[0]!);
    session.charge(record);
    const { bytes, from, to } = request;
    const read = bytes !== null && bytes.length <= LARGEST_CHUNK
      ? this.#read(record, session, target, hedging, bytes, from, to, 0)
      : this.#readCopy(record, session, target, hedging, request.copy());
    read.send();
    if (hedging !== null && read.isWaiting) hedging.add(read);
    return true;
  }

  /** Has a fragment of a split read, with these keys, go to a replica; false: it is for the server itself. */
  serveFragment(
    session: Session,
    request: RequestScanner,
    command: Command,
    fragment: Request,
    server: number,
    keys: Int32Array,
  ): boolean {
    if (!mayRead(session, command)) return false;
    const target = this.#targetFor(session, request, server, keys, keys.length);
    if (target === null || target.member.isPrimary) return false;
    const words = [0, ...keys].map((index) => bytesOf(request, index));
    this.#readCopy(fragment, session, target, null, arrayReply(words.map(bulkReply))).send();
    return true;
  }

  /** A session writes now: the keys at these indexes, and a script may write what it doesn't name. */
  noteWrites(
    session: Session,
    command: Command,
    request: Arguments,
    keys: Int32Array,
    count: number,
  ): void {
    if (command.group === "scripting") session.client.wroteMs = turn.now;
    for (let i = 0; i < count; i++) this.#written.note(hashOf(request, keys[i]!), turn.now);
  }

  /** Null: the pool's server has no replicas. */
  #targetFor(
    session: Session,
    request: Arguments,
    server: number,
    keys: Int32Array,
    count: number,
  ): Target | null {
    const group = this.#groups[server] ?? null;
    if (group === null) return null;
    let sinceMs = session.client.wroteMs;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashOf(request, keys[i]!);
      if (i === 0) first = hash;
      sinceMs = Math.max(sinceMs, this.#written.of(hash));
    }
    const { counters } = this.#pool;
    const member = group.choose(hashFor(first, session.id));
    if (member.isPrimary && this.#pool.config.readFrom === "replica") counters.unfitReads++;
    if (member.knows(sinceMs)) {
      if (!member.isPrimary) counters.replicaReads++;
      return { group, member, sinceMs };
    }
    counters.freshReads++;
    return { group, member: group.primary, sinceMs };
  }

  #readCopy(
    record: Request,
    session: Session,
    target: Target,
    hedging: Hedging | null,
    copy: Uint8Array,
  ): ReplicaRead {
    return this.#read(record, session, target, hedging, copy, 0, copy.length, copy.length);
  }

  #read(
    record: Request,
    session: Session,
    { group, member, sinceMs }: Target,
    hedging: Hedging | null,
    bytes: Uint8Array,
    start: number,
    end: number,
    kept: number,
  ): ReplicaRead {
    const parts: ReadParts = { session, group, member, bytes, start, end, kept, sinceMs };
    return new ReplicaRead(record, parts, hedging);
  }
}

/** A session that watches, is told of changes, or is in any state that makes order matter, asks primaries alone. */
function mayRead({ client }: Session, command: Command): boolean {
  const { redis } = client;
  return command.forReplicas && !client.readsPrimaries &&
    (redis === null || (redis.isPlain && !redis.isTracking));
}

function bytesOf(request: Arguments, index: number): Uint8Array {
  return request.bytesOf(index).subarray(request.start(index), request.end(index));
}

function hashOf(request: Arguments, key: number): number {
  return fnv1a_32(request.bytesOf(key), request.start(key), request.end(key));
}
