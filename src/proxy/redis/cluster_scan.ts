/**
 * The route of SCAN through a cluster whose slots move. First all servers in the order of their numbers, then again
 * those that got slots meanwhile: a key may have left a server before it was seen there, for one that was finished.
 *
 *     first:    1  4  9  check       who got slots since it began?
 *     again:       4  check  9  check  …  until nothing has left a server while it was visited again
 *
 * Keys move before their slot is another's. So a check asks all nodes what is on its way, and does not trust what was
 * told some time ago. A cursor that is due for a check names server 0.
 */
import type { Command } from "../../protocol/redis/command.ts";
import { type OwnLine, readOwnLine } from "../../protocol/redis/cluster/nodes_reply.ts";
import type { ScanPlace } from "../../protocol/redis/scan_cursor.ts";
import { BULK } from "../../protocol/redis/bytes.ts";
import { askAll } from "../ask_all.ts";
import { ANYBODY, EPOCH_STAMPS, type Move, type SlotMoves } from "../cluster/slot_moves.ts";
import type { Pool } from "../pool.ts";
import type { Request } from "../request.ts";
import type { Session } from "../session.ts";
import type { Merged } from "../split.ts";
import { FragmentReply } from "./fragment_reply.ts";
import { encodeCommand } from "./greeting.ts";
import { UNEXPECTED } from "./merges.ts";
import { emptyPage, firstFrom, type ScanRoute } from "./scan_route.ts";
import { errorAmong } from "./server_errors.ts";

const CLUSTER_NODES = encodeCommand(["CLUSTER", "NODES"]);
const END: ScanPlace = { server: 0, position: 0, stamp: 0 };

/** How far back a pass looks for servers that got slots before it began, in epochs; the first pass visits all anyway. */
const LOOKS_BACK = [0, 4, 32, Infinity] as const;

/** Where a scan is. */
interface Stage {
  /** Index in `LOOKS_BACK`; 0 for the first pass. */
  readonly pass: number;
  /** Stamp of the epoch in which the pass began. */
  readonly epoch: number;
}

/** The route through one pool. */
export class ClusterScanRoute implements ScanRoute {
  readonly stamps = LOOKS_BACK.length * EPOCH_STAMPS;
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get #moves(): SlotMoves {
    return this.#pool.redirects!.moves;
  }

  start(): number {
    return stampOf({ pass: 0, epoch: this.#moves.stamp });
  }

  behind({ server, stamp }: ScanPlace): ScanPlace {
    const isFirst = stageOf(stamp).pass === 0;
    const next = isFirst ? firstFrom(this.#pool, server + 1) : null;
    if (next !== null) return { server: next.number, position: 0, stamp };
    // The position says behind which server a later pass goes on.
    return { server: 0, position: 1 + (isFirst ? 0 : server), stamp };
  }

  check(session: Session, place: ScanPlace, command: Command): void {
    const { backends } = this.#pool;
    const numbers = backends.map(({ number }) => number);
    const names = backends.map(({ server }) => server.name);
    askAll(session, {
      command: command.id + 1,
      requests: [(outbox) => outbox.append(CLUSTER_NODES, 0, CLUSTER_NODES.length)],
      merge: { merge: (fragments) => this.#decide(place, fragments, numbers, names) },
    });
  }

  #decide(place: ScanPlace, fragments: readonly Request[], numbers: number[], names: string[]): Merged {
    const replies = fragments.map((fragment) => new FragmentReply(fragment));
    const error = errorAmong(replies, names);
    if (error !== null) return error;
    const lines = replies.map((reply) =>
      reply.type === BULK ? readOwnLine(reply.takeBulk()?.toString("latin1") ?? "") : null
    );
    if (lines.includes(null)) return UNEXPECTED;
    const now = this.#movesNow(numbers, lines.filter((line) => line !== null));
    if (now !== null) return emptyPage(this.#next(place, now), this.stamps);
    // A node that nobody has told of gets keys: it will be known soon.
    this.#pool.redirects!.doubt();
    return emptyPage(place, this.stamps);
  }

  #next({ position, stamp }: ScanPlace, now: readonly Move[]): ScanPlace {
    const { pass, epoch } = stageOf(stamp);
    const age = this.#moves.age(epoch);
    const since = age === null ? null : [...this.#moves.ofLast(age), ...now];
    // Who got slots before a later pass began is visited in it; who gets some now may be one of them.
    const lookback = age === null ? Infinity : age + LOOKS_BACK[pass]!;
    const recent = lookback === Infinity ? null : [...this.#moves.ofLast(lookback), ...now];
    const again = recent === null ? this.#numbers : this.#present(recent.map(({ to }) => to));
    const following = pass === 0 ? undefined : again.find((number) => number > position - 1);
    if (following !== undefined) return { server: following, position: 0, stamp };
    const isOver = pass === 0
      ? again.length === 0
      : since !== null && since.every(({ from }) => from !== ANYBODY && !again.includes(from));
    if (isOver || again.length === 0) return END;
    const next = stampOf({
      pass: LOOKS_BACK.findIndex((back) => back >= lookback && back > 0),
      epoch: this.#moves.stamp,
    });
    return { server: again[0]!, position: 0, stamp: next };
  }

  get #numbers(): number[] {
    return this.#present(this.#pool.backends.map(({ number }) => number));
  }

  /** Those of servers there are, once each, in the order in which they are scanned. */
  #present(numbers: readonly number[]): number[] {
    const there = new Set(this.#pool.backends.map(({ number }) => number));
    return [...new Set(numbers)].filter((number) => there.has(number)).sort((one, other) => one - other);
  }

  /** What is moving, or has moved and was not told yet; null when something goes to a node that the pool doesn't have. */
  #movesNow(numbers: readonly number[], lines: readonly OwnLine[]): Move[] | null {
    const ids = lines.map(({ id }) => id);
    const open: Move[] = [];
    const owners = this.#moves.owners;
    const configEpochs = new Map(lines.map(({ configEpoch }, i) => [numbers[i]!, configEpoch]));
    for (const [i, { slots, migrating, importing }] of lines.entries()) {
      const own = numbers[i]!;
      for (const [first, last] of slots) owners.fill(own, first, last + 1);
      for (const target of migrating.values()) {
        if (!ids.includes(target)) return null;
        open.push({ from: own, to: numbers[ids.indexOf(target)]! });
      }
      for (const source of importing.values()) {
        open.push({ from: numbers[ids.indexOf(source)] ?? ANYBODY, to: own });
      }
    }
    const untold = this.#moves.movesTo(owners, configEpochs);
    // Until it is told, every pass would have to be followed by another.
    if (untold.length > 0) this.#pool.redirects!.doubt();
    return [...untold, ...open];
  }
}

function stageOf(stamp: number): Stage {
  return { pass: stamp % LOOKS_BACK.length, epoch: Math.floor(stamp / LOOKS_BACK.length) };
}

function stampOf({ pass, epoch }: Stage): number {
  return epoch * LOOKS_BACK.length + pass;
}
