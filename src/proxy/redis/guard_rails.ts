/**
 * What nobody may do in one pool, whoever they are: commands on its deny list and, while it is read-only, commands
 * that write. Refusals are counted where they are given.
 */
import type { Differences, Rename } from "../../protocol/redis/catalogue.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { denyingEntry } from "../../protocol/redis/deny_list.ts";
import type { Pool } from "../pool.ts";

/** What a read-only replica says. */
const READ_ONLY = "READONLY You can't write against a read only replica.";

/** The guard rails of one pool, from one change of its configuration to the next. */
export class GuardRails implements Differences {
  readonly renames: readonly Rename[];
  readonly #pool: Pool;
  readonly #deny: readonly string[];
  readonly #readOnly: boolean;
  /** Entries of the deny list by the commands they deny; null where none does. */
  readonly #entries = new WeakMap<Command, string | null>();

  constructor(pool: Pool) {
    const { deny, rename, readOnly } = pool.config;
    this.#pool = pool;
    this.#deny = deny;
    this.#readOnly = readOnly;
    this.renames = rename;
  }

  isDenied(command: Command): boolean {
    return this.#entryFor(command) !== null;
  }

  isGuarded(command: Command): boolean {
    return this.#readOnly && mayWrite(command);
  }

  /** Why nobody may send the command, as an error reply without its dash; empty when it is free to be sent. */
  refusal(command: Command): string {
    const entry = this.#entryFor(command);
    if (entry !== null) {
      this.#pool.counters.deniedCommands++;
      return `NOPERM ${
        shown(command)
      } is on the deny list of pool '${this.#pool.config.name}', as '${entry}'`;
    }
    if (!this.isGuarded(command)) return "";
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
