/** `stats`: the proxy's own figures; `stats items` and others: those of all servers, added up. */
import { memcachedStats } from "../../stats/mod.ts";
import type { Pool } from "../pool.ts";
import { ReplyView } from "../reply_view.ts";
import { lowestVersion } from "../server_versions.ts";
import type { Merge } from "../split.ts";

/** What a figure of several servers becomes. */
type Fold = (values: readonly string[]) => string;

const sum: Fold = (values) =>
  values.every((value) => /^\d+$/.test(value))
    ? String(values.reduce((total, value) => total + BigInt(value), 0n))
    : each(values);
const largest: Fold = (values) => String(values.map(Number).sort((a, b) => b - a)[0]);
/** The value that all have, or the values there are. */
const each: Fold = (values) => [...new Set(values)].join(",");

/** Figures that say how old or how large something is, not how many there are. */
const NOT_ADDED =
  /(^|:)(age|age_hot|age_warm|evicted_time|chunk_size|chunks_per_page|active_slabs|slab_reassign_running)$/;

/** The statistics that are asked of the servers, with what becomes of a figure by its name. */
export const SERVER_STATS: Record<string, (name: string) => Fold> = {
  items: (name) => NOT_ADDED.test(name) ? largest : sum,
  slabs: (name) => NOT_ADDED.test(name) ? largest : sum,
  sizes: () => sum,
  settings: () => each,
};

/** The pool's figures, of all workers together. */
export async function ownStats(pool: Pool): Promise<Uint8Array> {
  const { shared, config } = pool;
  const [figures, version] = await Promise.all([shared.supervisor.instanceFigures(), lowestVersion(pool)]);
  const facts = { pool: config.name, version, maxClients: pool.mostClients };
  return render(Object.entries(memcachedStats(figures, facts)));
}

/** Folds the servers' figures by name; a server that fails makes the whole fail. */
export function foldStats(foldOf: (name: string) => Fold): Merge {
  return {
    merge(fragments) {
      const figures = new Map<string, string[]>();
      for (const fragment of fragments) {
        const reply = new ReplyView(fragment);
        const text = Buffer.from(reply.copy()).toString("latin1");
        if (!text.endsWith("END\r\n")) return reply.copy();
        for (const [, name, value] of text.matchAll(/^STAT (\S+) (.*)\r$/gm)) {
          const values = figures.get(name!);
          if (values === undefined) figures.set(name!, [value!]);
          else values.push(value!);
        }
      }
      return render([...figures].map(([name, values]) => [name, foldOf(name)(values)]));
    },
  };
}

function render(figures: readonly (readonly [string, string | number])[]): Uint8Array {
  const lines = figures.map(([name, value]) => `STAT ${name} ${value}\r\n`);
  return Buffer.from(`${lines.join("")}END\r\n`, "latin1");
}
