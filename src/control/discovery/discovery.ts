/**
 * Fleets that know themselves who is in them: one watch for every pool that is such a fleet. What a watch finds becomes
 * the topology on the same way as everything else does, and reaches the workers as a new router.
 */
import type { ClusterLayout } from "../topology/cluster_layout.ts";
import type { FileTexts } from "../settings/config_file.ts";
import type { ReportEvent } from "../log/events.ts";
import type { Topology } from "../topology/topology.ts";
import { connectTlsOf } from "../worker/pool_tls.ts";
import { ClusterWatch } from "./cluster_watch.ts";

/** Where what is found comes into force. */
export interface Resettled {
  readonly topology: Topology;
  /** The contents of the files that the configuration names. */
  readonly texts: FileTexts;
  /** A cluster is laid out so; answers whether that is news. */
  resettle(pool: string, layout: ClusterLayout): Promise<boolean>;
}

/** The watches of an instance. */
export class Discovery {
  readonly #instance: Resettled;
  readonly #report: ReportEvent;
  readonly #watches = new Map<string, ClusterWatch>();

  constructor(instance: Resettled, report: ReportEvent) {
    this.#instance = instance;
    this.#report = report;
  }

  /** Watches the pools that there are now, and begins to ask for what is new. */
  follow(): void {
    const { pools } = this.#instance.topology;
    for (const [name, watch] of this.#watches) {
      if (pools.get(name)?.config.cluster != null) continue;
      watch.close();
      this.#watches.delete(name);
    }
    for (const [name, { config }] of pools) {
      if (config.cluster === null) continue;
      const serverTls = connectTlsOf(config, this.#instance.texts);
      const watch = this.#watches.get(name);
      if (watch === undefined) this.#watches.set(name, this.#newWatch(name, { config, serverTls }));
      else watch.follow({ config, serverTls });
    }
  }

  /** Somebody was sent elsewhere, or got no answer; the node of this name should know more, where one is named. */
  doubted(pool: string, node: string): void {
    this.#watches.get(pool)?.doubt(node);
  }

  /** Asks when it is time to. */
  tick(now: number): void {
    for (const watch of this.#watches.values()) watch.tick(now);
  }

  /** Asks nobody any more. */
  close(): void {
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  #newWatch(name: string, fleet: ConstructorParameters<typeof ClusterWatch>[0]): ClusterWatch {
    return new ClusterWatch(fleet, {
      current: () => this.#instance.topology.pools.get(name)?.layout ?? null,
      found: (layout) => this.#instance.resettle(name, layout),
      report: (event, facts) => this.#report(event, { pool: name, ...facts }),
    });
  }
}
