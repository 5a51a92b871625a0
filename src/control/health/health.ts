/**
 * Judges servers. Workers only report failures; this takes a server that keeps failing out of the ring, in all
 * workers at once, and lets it back in once it answers the protocol's probe on a connection of its own.
 */
import type { FileTexts } from "../settings/config_file.ts";
import type { ReportEvent } from "../log/events.ts";
import { connectTlsOf } from "../worker/pool_tls.ts";
import { Probe } from "./probe.ts";
import type { Topology } from "../topology/topology.ts";

/** What a verdict changes. */
export interface Bench {
  /** The pools as they are now. */
  readonly topology: Topology;
  /** The contents of the files that the configuration names. */
  readonly texts: FileTexts;
  /** A server is judged anew; all workers hear of it. */
  judge(pool: string, server: string, state: "failed" | "live"): void;
}

/** A server that is out of the ring. */
interface Absence {
  readonly pool: string;
  readonly server: string;
  /** When the next probe is due. */
  probeAt: number;
  probe: Probe | null;
}

/** Ejects and re-admits. */
export class Health {
  /** Servers taken out, and let back in, since the process started; by pool. */
  readonly ejections: Record<string, number> = Object.create(null);
  /** When servers were last taken out, by pool and server as a JSON list; milliseconds since 1970. */
  readonly lastEjections = new Map<string, number>();
  readonly #bench: Bench;
  readonly #report: ReportEvent;
  readonly #absent = new Map<string, Absence>();
  /** The last failure that was logged, by server, so that the same one isn't logged again and again. */
  readonly #logged = new Map<string, string>();

  constructor(bench: Bench, report: ReportEvent) {
    this.#bench = bench;
    this.#report = report;
  }

  /** A worker saw a server fail `streak` times in a row. */
  serverFailed(pool: string, server: string, reason: string, streak: number, now: number): void {
    const record = this.#bench.topology.server(pool, server);
    if (record === undefined) return;
    const key = JSON.stringify([pool, server]);
    if (this.#logged.get(key) !== reason) {
      this.#logged.set(key, reason);
      this.#report("server.failed", { pool, server, reason });
    }
    const { autoEjectHosts, serverFailureLimit, serverRetryTimeoutMs } = this.#config(pool);
    if (!autoEjectHosts || record.state !== "live" || streak < serverFailureLimit) return;
    this.#absent.set(key, { pool, server, probeAt: now + serverRetryTimeoutMs, probe: null });
    this.ejections[pool] = (this.ejections[pool] ?? 0) + 1;
    this.lastEjections.set(key, Date.now());
    this.#judge("server.ejected", pool, server, "failed");
  }

  /** A server that had failed is connected again. */
  serverReady(pool: string, server: string): void {
    if (!this.#logged.delete(JSON.stringify([pool, server]))) return;
    this.#report("server.connected", { pool, server });
  }

  /** Begins probes that are due and ends those that take too long. */
  tick(now: number): void {
    for (const [key, absence] of this.#absent) {
      const record = this.#bench.topology.server(absence.pool, absence.server);
      // It left the pool meanwhile, or an operator has decided.
      if (record?.state !== "failed") {
        absence.probe?.end();
        this.#absent.delete(key);
        continue;
      }
      if (now < absence.probeAt) continue;
      const config = this.#config(absence.pool);
      absence.probe ??= new Probe(config, record.server, connectTlsOf(config, this.#bench.texts), now);
      const answer = absence.probe.tick(now);
      if (answer === "waiting") continue;
      absence.probe = null;
      absence.probeAt = now + config.serverRetryTimeoutMs;
      if (answer === "failed") continue;
      this.#absent.delete(key);
      this.#judge("server.readmitted", absence.pool, absence.server, "live");
    }
  }

  /** Forgets what is no longer there; to be called when the topology is another one. */
  forget(): void {
    const { topology } = this.#bench;
    for (const pool of Object.keys(this.ejections)) {
      if (!topology.pools.has(pool)) delete this.ejections[pool];
    }
    for (const servers of [this.lastEjections, this.#logged]) {
      for (const key of servers.keys()) if (!isThere(topology, key)) servers.delete(key);
    }
  }

  #config(pool: string) {
    return this.#bench.topology.pools.get(pool)!.config;
  }

  #judge(
    event: "server.ejected" | "server.readmitted",
    pool: string,
    server: string,
    state: "failed" | "live",
  ): void {
    this.#bench.judge(pool, server, state);
    const { live, epoch } = this.#bench.topology.verdict(pool);
    this.#report(event, { pool, server, live: live.filter(Boolean).length, epoch });
  }
}

/** `key` is a pool and a server as a JSON list. */
function isThere(topology: Topology, key: string): boolean {
  const [pool, server] = JSON.parse(key) as [string, string];
  return topology.server(pool, server) !== undefined;
}
