/** Figures of a worker's process: what it uses, and what it holds for its clients. */
import type { Shared } from "../../proxy/mod.ts";
import type { HistogramCounts, ProcessFigure, ProcessFigures } from "../../stats/mod.ts";

/** The figures of this process. */
export function processFigures(
  { budget, clients, accepted, maxClients }: Shared,
  lag: HistogramCounts,
): ProcessFigures {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const figures: Record<ProcessFigure, number> = {
    cpu_user_seconds: user / 1e6,
    cpu_system_seconds: system / 1e6,
    resident_bytes: rss,
    heap_bytes: heapUsed,
    clients,
    accepted,
    max_clients: maxClients,
    held_bytes: budget.used,
    held_bytes_limit: budget.limit,
    reserved_bytes: budget.reserved,
    queued_bytes: budget.queued,
  };
  return { figures, lag };
}
