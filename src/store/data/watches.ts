/** Who has to hear when a key changes: the clients that have WATCHed it. */

/** A client that watches. */
export interface Watcher {
  /** A key it watches has changed, or may have. */
  keyChanged(): void;
}

/** Watchers by the key's name. */
export class Watches {
  readonly #watchers = new Map<string, Set<Watcher>>();

  add(name: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(name);
    if (watchers === undefined) this.#watchers.set(name, new Set([watcher]));
    else watchers.add(watcher);
  }

  remove(name: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(name);
    if (watchers === undefined) return;
    watchers.delete(watcher);
    if (watchers.size === 0) this.#watchers.delete(name);
  }

  /** The key has changed. */
  changed(name: string): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.get(name) ?? []) watcher.keyChanged();
  }

  /** Every key has. */
  allChanged(): void {
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.keyChanged();
  }
}
