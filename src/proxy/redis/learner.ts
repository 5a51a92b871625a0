/**
 * Learns which commands a pool's servers have. Each is asked when a connection to it is made, a little later and at
 * most once at a time and once a second, or less often while it doesn't tell: a server that comes and goes is not
 * asked again and again. Until all have told, a client that asks for what nobody knows waits for a moment.
 */
import { type Catalogue, TABLE } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { ServerCommands } from "../../protocol/redis/learned/server_commands.ts";
import { turn } from "../../transport/turn.ts";
import type { Backend } from "../backend.ts";
import { READY } from "../lane_state.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";
import { askForCommands } from "./ask_commands.ts";
import { catalogueOf } from "./pool_catalogue.ts";
import { assignFamilies } from "./redis_families.ts";

/** Clients' requests go first on a new connection's server; milliseconds. */
const DELAY_MS = 20;
/** A server is asked no sooner again; doubled each time it doesn't tell. */
const LEAST_GAP_MS = 1000;
const MOST_GAP_MS = 60_000;
/** So long after a server was asked, an unknown command is a reason to ask again: it may have loaded a module. */
const STALE_MS = 3000;
/** Names that one line of the log has. */
const MOST_LISTED = 20;
/** A client waits no longer than this for servers to tell. */
const PATIENCE_MS = 1000;

/** What is known of one server. */
class Knowledge {
  commands: ServerCommands | null = null;
  /** Why it has not told when it was asked last; empty when it has. */
  fault = "";
  /** Times it has not told in a row. */
  failures = 0;
  askedMs = -Infinity;
  isAsking = false;
  timer: ReturnType<typeof setTimeout> | null = null;

  /** When it may be asked next. */
  get nextMs(): number {
    return this.askedMs + Math.min(MOST_GAP_MS, LEAST_GAP_MS * 2 ** this.failures);
  }

  /** Whether it makes sense to wait for it. */
  get isAwaited(): boolean {
    if (this.commands !== null) return false;
    return this.isAsking ? turn.now - this.askedMs < PATIENCE_MS : turn.now >= this.nextMs;
  }
}

/** The learned commands of one pool. */
export class Learner {
  readonly #pool: Pool;
  readonly #known = new WeakMap<Backend, Knowledge>();
  #waiting = new Set<() => void>();
  #catalogue: Catalogue = TABLE;
  /** Whose commands are in the catalogue; null when it has to be made anew. */
  #madeFor: readonly Backend[] | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** What the pool can do, as far as that is known. */
  get catalogue(): Catalogue {
    if (this.#madeFor !== this.#pool.backends) this.#make();
    return this.#catalogue;
  }

  /** The configuration has changed. */
  reconfigured(): void {
    this.#madeFor = null;
  }

  /** What a server has told; null: nothing yet, or not now, for that reason. */
  toldBy(backend: Backend): { readonly commands: ServerCommands | null; readonly fault: string } {
    return this.#of(backend);
  }

  /** A connection to a server is ready: it may have been away, and come back as another. */
  serverReady(backend: Backend): void {
    const knowledge = this.#of(backend);
    if (knowledge.timer !== null || !this.#pool.config.learnCommands) return;
    const delay = Math.max(DELAY_MS, knowledge.nextMs - turn.now);
    knowledge.timer = setTimeout(() => {
      knowledge.timer = null;
      turn.begin();
      const isConnected = backend.lanes.some(({ state }) => state === READY);
      if (isConnected && this.#pool.backends.includes(backend)) this.#ask(backend, knowledge);
    }, delay);
    knowledge.timer.unref();
  }

  /** Has a session that asks for an unknown command wait when a server that has not told yet may know it. */
  holds(session: Session, request: { copy(): Uint8Array }): boolean {
    if (!this.#isWorthWaiting()) return false;
    session.putBack(request.copy());
    this.#waiting.add(() => session.wake());
    return true;
  }

  /** When all servers have told, or have had the time to. Null: they have. */
  settled(): Promise<void> | null {
    if (!this.#isWorthWaiting()) return null;
    return new Promise<void>((resolve) => this.#waiting.add(resolve)).then(() => this.settled() ?? undefined);
  }

  #isWorthWaiting(): boolean {
    if (!this.#pool.config.learnCommands) return false;
    let isWorth = false;
    for (const backend of this.#pool.backends) {
      const knowledge = this.#of(backend);
      const isStale = knowledge.commands !== null && turn.now - knowledge.askedMs >= STALE_MS;
      isWorth ||= knowledge.isAwaited;
      if ((isStale || knowledge.isAwaited) && turn.now >= knowledge.nextMs) this.#ask(backend, knowledge);
    }
    return isWorth;
  }

  #of(backend: Backend): Knowledge {
    let knowledge = this.#known.get(backend);
    if (knowledge === undefined) this.#known.set(backend, knowledge = new Knowledge());
    return knowledge;
  }

  async #ask(backend: Backend, knowledge: Knowledge): Promise<void> {
    if (knowledge.isAsking) return;
    knowledge.isAsking = true;
    knowledge.askedMs = turn.now;
    const patience = setTimeout(() => this.#wake(), PATIENCE_MS + 1);
    const before = knowledge.commands;
    try {
      knowledge.commands = await askForCommands(this.#pool, backend, before);
      knowledge.fault = "";
      knowledge.failures = 0;
      if (knowledge.commands !== before) this.#make();
    } catch (error) {
      knowledge.fault = (error as Error).message;
      knowledge.failures++;
    }
    clearTimeout(patience);
    knowledge.isAsking = false;
    this.#wake();
  }

  /** Those that wait look again whether they have to. */
  #wake(): void {
    turn.begin();
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  #make(): void {
    const { backends, config } = this.#pool;
    const before = this.#catalogue;
    this.#madeFor = backends;
    this.#catalogue = catalogueOf(
      backends.map((backend) => ({
        server: backend.server.name,
        commands: config.learnCommands ? this.#of(backend).commands : null,
      })),
      config.commands,
    );
    assignFamilies(this.#catalogue.learned);
    sayChange(this.#pool, before, this.#catalogue);
  }
}

/** One line for all that is different. */
function sayChange({ config, shared }: Pool, before: Catalogue, now: Catalogue): void {
  const [had, has] = [namesOf(before), namesOf(now)];
  const added = [...has].filter((name) => !had.has(name));
  const removed = [...had].filter((name) => !has.has(name));
  if (added.length + removed.length === 0) return;
  const served = now.learned.filter((command) => !isRefused(command)).length;
  shared.report("commands.learned", {
    pool: config.name,
    served,
    refused: now.learned.length - served,
    added: listed(added),
    removed: listed(removed),
  });
}

/** The learned commands, those that are refused with a mark, so that it is a change when they are served. */
function namesOf(catalogue: Catalogue): Set<string> {
  return new Set(catalogue.learned.map((each) => isRefused(each) ? `${each.name} (refused)` : each.name));
}

/** Whether nothing of it is served. */
function isRefused({ handling, subcommands }: Command): boolean {
  return subcommands.length > 0 ? subcommands.every(isRefused) : handling === "refuse";
}

function listed(names: readonly string[]): string {
  const rest = names.length > MOST_LISTED ? [`${names.length - MOST_LISTED} more`] : [];
  return [...names.slice(0, MOST_LISTED), ...rest].join(", ") || "none";
}
