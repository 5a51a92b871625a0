/** How many clients a process can have at all: each takes a descriptor, and the system gives only so many. */
import type { Config } from "../../config/mod.ts";
import { openFilesLimit } from "../../transport/open_files.ts";

/** Descriptors kept back for logs, probes and the runtime. */
const SPARE_FILES = 32;

/** As many as the limit of open files leaves beside what the pools need for themselves. Errors: throws when that is none. */
export function roomForClients(config: Config): number {
  const own = config.pools.reduce(
    (sum, pool) => {
      const servers = pool.servers.length + (pool.cluster?.seeds.length ?? 0);
      return sum + 2 + servers * (pool.serverConnections + 1);
    },
    0,
  );
  const limit = openFilesLimit();
  const most = limit - own - SPARE_FILES;
  if (most >= 1) return most;
  throw new Error(
    `a limit of ${limit} open files leaves no room for clients: servers and listeners need ${own}, ` +
      `the proxy ${SPARE_FILES} more`,
  );
}
