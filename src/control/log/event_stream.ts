/** What happened lately, for whoever watches. Watchers get events as they happen; the last ones are kept. */
import type { InstanceEvent } from "../instance.ts";

/** Events kept for watchers that come late, or come back. */
const KEPT = 256;

/** The events of an instance. */
export class EventStream {
  readonly #kept: InstanceEvent[] = [];
  readonly #watchers = new Set<(event: InstanceEvent) => void>();

  /** Tells all watchers; one that throws is not asked again. */
  publish(event: InstanceEvent): void {
    this.#kept.push(event);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const watcher of this.#watchers) {
      try {
        watcher(event);
      } catch {
        this.#watchers.delete(watcher);
      }
    }
  }

  /**
   * Calls back for every event from now on, and first for the kept ones behind `after`, which are all when that one
   * is kept no longer. Answers what ends it.
   */
  subscribe(watcher: (event: InstanceEvent) => void, after: string | null): () => void {
    if (after !== null) this.#kept.slice(this.#kept.findIndex(({ id }) => id === after) + 1).forEach(watcher);
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }
}
