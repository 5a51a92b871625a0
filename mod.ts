/**
 * Sennit: a sharding proxy for Redis. Run, this file is the executable; imported, it gives the library's public
 * names.
 */
import { main } from "./src/cli/mod.ts";

export { main, VERSION } from "./src/cli/mod.ts";
export {
  type Address,
  type Config,
  type Fault,
  formatFault,
  loadConfig,
  type LoadResult,
} from "./src/config/mod.ts";
export type { PoolConfig, ServerConfig } from "./src/config/mod.ts";

// A connection that is being made, to a server that doesn't answer, would keep the process for minutes.
if (import.meta.main) process.exit(await main(process.argv.slice(2)));
