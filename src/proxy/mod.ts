/** The data plane's public face: what the control plane builds it from and steers it with. */
export type { Backend, BackendWatcher } from "./backend.ts";
export { Lane, type LaneWatcher } from "./lane.ts";
export { Pool } from "./pool.ts";
export type { Protocol } from "./protocol.ts";
export { MemcachedProtocol } from "./memcached/memcached_protocol.ts";
export { RedisProtocol } from "./redis/redis_protocol.ts";
export { ReplyView } from "./reply_view.ts";
export { Request } from "./request.ts";
export { type Level, type Report, Shared } from "./shared.ts";
