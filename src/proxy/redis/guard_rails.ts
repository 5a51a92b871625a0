/**
 * What nobody may do in one pool, whoever they are: commands on its deny list and, while it is read-only, commands
 * that write. Refusals are counted where they are given.
 */
import type { Command } from "../../protocol/redis/command.ts";
import { denyingEntry } from "../../protocol/redis/deny_list.ts";
import { AS_IN_REDIS, KnownCommands } from "../../protocol/redis/known_commands.ts";
import type { Pool } from "../pool.ts";

/** What a read-only replica says. */
const READ_ONLY = "READONLY You can't write against a read only replica.";

/** The guard rails of one pool. */
export class GuardRails {
  /** The pool's commands by the names its clients use. */
  readonly known: KnownCommands;
  readonly #pool: Pool;
  readonly #deny: readonly string[];
  /** Entries of the deny list by the commands they deny; null where none does. */
  readonly #entries = new Map<Command, string | null>();

  constructor(pool: Pool) {
    this.#pool = pool;
    const { deny, rename, readOnly } = pool.config;
    this.#deny = deny;
    const hasNone = deny.length === 0 && rename.length === 0 && !readOnly;
    this.known = hasNone ? AS_IN_REDIS : new KnownCommands({
      renames: rename,
      isDenied: (command) => this.#entryFor(command) !== null,
      isGuarded: (command) => readOnly && mayWrite(command),
    });
  }

  /** Why nobody may send the command, as an error reply without its dash; empty when it is free to be sent. */
  refusal(command: Command): string {
    const { readOnly, name } = this.#pool.config;
    const entry = this.#entryFor(command);
    if (entry !== null) {
      this.#pool.counters.deniedCommands++;
      return `NOPERM ${shown(command)} is on the deny list of pool '${name}', as '${entry}'`;
    }
    if (!readOnly || !mayWrite(command)) return "";
    this.#pool.counters.refusedWrites++;
    return isScript(command)
      ? `${READ_ONLY} A script may write; ${shown(command)}_RO runs those that don't`
      : READ_ONLY;
  }

  #entryFor(command: Command): string | null {
    const known = this.#entries.get(command);
    if (known !== undefined) return known;
    const entry = denyingEntry(this.#deny, command);
    this.#entries.set(command, entry);
    return entry;
  }
}

function mayWrite(command: Command): boolean {
  return command.write || isScript(command);
}

/** Whether it runs a script that nobody has promised to be a reading one. */
function isScript({ group, keys, retrySafe }: Command): boolean {
  return group === "scripting" && keys.length > 0 && !retrySafe;
}

function shown({ name }: Command): string {
  return name.toUpperCase().replace("|", " ");
}
