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

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
