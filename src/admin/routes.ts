/** Every route there is, in the order `/` lists them. */
import type { Instance } from "../control/instance.ts";
import type { EventStreams } from "./event_streams.ts";
import type { Renderings } from "./renderings.ts";
import type { Route } from "./route.ts";
import { aboutRoutes } from "./routes/about.ts";
import { clientRoutes } from "./routes/clients.ts";
import { configRoutes } from "./routes/config.ts";
import { type Connections, eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { hotKeyRoutes } from "./routes/hot_keys.ts";
import { lifecycleRoutes } from "./routes/lifecycle.ts";
import { logLevelRoutes } from "./routes/log_level.ts";
import { poolRoutes } from "./routes/pools.ts";
import { serverRoutes } from "./routes/servers.ts";
import { slowLogRoutes } from "./routes/slow_log.ts";
import { statsRoutes } from "./routes/stats.ts";

/** What the routes need. */
export interface RouteSources {
  readonly instance: Instance;
  readonly renderings: Renderings;
  readonly streams: EventStreams;
  readonly connections: Connections;
}

/** All routes. */
export function allRoutes({ instance, renderings, streams, connections }: RouteSources): Route[] {
  const routes = [
    ...healthRoutes(instance),
    ...statsRoutes(instance, renderings),
    ...poolRoutes(instance),
    ...serverRoutes(instance),
    ...configRoutes(instance),
    ...lifecycleRoutes(instance),
    ...logLevelRoutes(instance),
    ...slowLogRoutes(instance),
    ...hotKeyRoutes(instance),
    ...clientRoutes(instance),
    ...eventRoutes(streams, connections),
  ];
  return [...aboutRoutes(routes, instance.version), ...routes];
}
