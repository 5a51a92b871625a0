/** The data plane's public face: what the control plane builds it from and steers it with. */
export type { Backend, BackendWatcher } from "./backend.ts";
export { type ClientDescription, type ClientDetails, describeClient } from "./client_view.ts";
export { collectFigures } from "./collect.ts";
export { type ClientFilter, type InstanceClients, OwnClients } from "./instance_clients.ts";
export { Lane } from "./lane.ts";
export type { LaneWatcher } from "./lane_watcher.ts";
export { SEAT_BYTES, SEAT_ROWS, Seats } from "./seats.ts";
export type { MonitorLines } from "./monitor/monitor_feed.ts";
export { Pool } from "./pool.ts";
export type { PoolOptions, PoolSettings } from "./pool_settings.ts";
export {
  type EventDeclaration,
  type Facts,
  type Level,
  PROXY_EVENTS,
  type ProxyEvent,
  type Report,
} from "./events.ts";
export type { Protocol } from "./protocol.ts";
export { MemcachedProtocol } from "./memcached/memcached_protocol.ts";
export { describeCommands, type PoolCommands } from "./redis/commands_view.ts";
export { RedisProtocol } from "./redis/redis_protocol.ts";
export type { GroupSettings } from "./replicas/replicas.ts";
export type { UnblockReason } from "./redis/unblock.ts";
export { ReplyView } from "./reply_view.ts";
export { Request } from "./request.ts";
export type { Session } from "./session.ts";
export { type InstanceAnswers, Shared } from "./shared.ts";
