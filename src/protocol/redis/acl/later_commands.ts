/**
 * What a user's rules say about commands that the table lacks. Which there are is known only once servers have told,
 * so the rules are kept and looked at anew for each: the last one that is about the command decides, as in Redis.
 */
import type { Command } from "../command.ts";

/** The rules of one selector that are about more than the table's commands. */
export class LaterCommands {
  /** Names, and categories with their @, in the order of the rules. */
  readonly #rules = new Map<string, boolean>();
  #allowsAll = false;

  /** A rule about a name, lower case, or about a category. */
  set(what: string, allowed: boolean): void {
    // The last rule counts, and with it its place.
    this.#rules.delete(what);
    this.#rules.set(what, allowed);
  }

  /** A rule about all commands, which ends what those before it said. */
  setAll(allowed: boolean): void {
    this.#rules.clear();
    this.#allowsAll = allowed;
  }

  /** Whether the rules allow the command. */
  allows({ name, categories }: Command): boolean {
    let allows = this.#allowsAll;
    for (const [what, allowed] of this.#rules) {
      if (what === name || what === containerOf(name) || categories.includes(what)) allows = allowed;
    }
    return allows;
  }

  /** Whether the rules allow it by its name. */
  names({ name }: Command): boolean {
    return this.#rules.get(name) === true;
  }
}

function containerOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf("|")));
}
