/** The counters of a pool's servers, which outlive backends: a server may have had several. */
import type { Families } from "./families.ts";
import { ServerCounters } from "./server_counters.ts";

/** Counters by the servers' names. */
export class CountersByServer {
  readonly #counters = new Map<string, ServerCounters>();

  /** What is counted about the server of that name. */
  of(server: string, families: Families): ServerCounters {
    let counters = this.#counters.get(server);
    if (counters === undefined) {
      counters = new ServerCounters(server, families);
      this.#counters.set(server, counters);
    }
    return counters;
  }

  /** Forgets all servers but these. */
  keep(servers: readonly string[]): void {
    for (const name of this.#counters.keys()) if (!servers.includes(name)) this.#counters.delete(name);
  }
}
