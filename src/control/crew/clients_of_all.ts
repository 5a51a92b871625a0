/** What one client of a pool asks about all of them, put to every worker. */
import type { InstanceClients } from "../../proxy/mod.ts";

/** Asks every worker; those that don't answer are left out. */
type AskAll = <T>(question: (worker: InstanceClients) => Promise<T>) => Promise<T[]>;

/** The clients of all workers. */
export function clientsOfAll(ask: AskAll): InstanceClients {
  return {
    clientsOf: async (pool) => (await ask((worker) => worker.clientsOf(pool))).flat(),
    killClients: async (pool, filter) => {
      const killed = await ask((worker) => worker.killClients(pool, filter));
      return killed.reduce((sum, each) => sum + each, 0);
    },
    pauseClients: async (pool, timeoutMs, readsToo) => {
      await ask((worker) => worker.pauseClients(pool, timeoutMs, readsToo));
    },
    unblockClient: async (pool, id, reason) => {
      const answers = await ask((worker) => worker.unblockClient(pool, id, reason));
      return answers.find((answer) => answer !== "0") ?? "0";
    },
    wantMonitorLines: async (pool, who, forMs) => {
      await ask((worker) => worker.wantMonitorLines(pool, who, forMs));
    },
    passMonitorLines: async (pool, from, lines) => {
      await ask((worker) => worker.passMonitorLines(pool, from, lines));
    },
    resumeClients: async (pool) => void await ask((worker) => worker.resumeClients(pool)),
  };
}
