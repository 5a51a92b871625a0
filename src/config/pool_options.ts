/** Every option of a pool, declared once: nutcracker's keys first, in the order its users know, then ours. */
import { CLUSTER_OPTIONS } from "./cluster_options.ts";
import { commandMap } from "./command_map.ts";
import { NUTCRACKER_OPTIONS } from "./nutcracker_options.ts";
import { ownOption, type Resolved } from "./option.ts";
import { REPLICA_OPTIONS } from "./replica_options.ts";
import { SECURITY_OPTIONS } from "./security_options.ts";
import { GB, KB, MB } from "./size.ts";
import { choice, flag, integer, milliseconds, optional, size } from "./value_types.ts";

/** Offsets into a request are 32-bit integers; bytes. */
const LONGEST_REQUEST = 2047 * MB;

/** The pool options only we have, but for those about replicas and security. */
const OWN_OPTIONS = {
  protocol: ownOption({
    key: "protocol",
    type: optional(choice<"redis" | "memcached">("protocol", ["redis", "memcached"])),
    default: null,
    description: "What the pool speaks to clients and servers; left out, `redis` decides.",
  }),
  getFailures: ownOption({
    key: "get_failures",
    type: choice("answer", ["miss", "error"]),
    default: "miss",
    description:
      "What a memcached request for several keys answers when a server fails: its keys are missing, or one SERVER_ERROR.",
  }),
  databases: ownOption({
    key: "databases",
    type: integer(1),
    default: 1,
    description:
      "Databases clients may select, as far as the servers have them: number n is the servers' `redis_db` + n. Redis pools only.",
  }),
  commands: ownOption({
    key: "commands",
    type: commandMap(),
    default: null,
    description: "Commands of modules by where their keys are: `FT.SEARCH: read 1`. Redis pools only.",
  }),
  learnCommands: ownOption({
    key: "learn_commands",
    type: flag(),
    default: true,
    description:
      "Ask the servers for commands that the proxy doesn't know, to serve them too. Redis pools only.",
  }),
  maxItemBytes: ownOption({
    key: "max_item",
    type: size(),
    default: 128 * MB,
    description: "Largest memcached item; the servers have limits of their own (`memcached -I`).",
  }),
  connectTimeoutMs: ownOption({
    key: "connect_timeout",
    type: milliseconds(1),
    default: 2000,
    description: "How long connecting to a server may take.",
  }),
  clientIdleTimeoutMs: ownOption({
    key: "client_idle_timeout",
    type: milliseconds(0),
    default: 0,
    description: "A client that asks nothing for so long is disconnected; 0 is never.",
  }),
  clientBodyTimeoutMs: ownOption({
    key: "client_body_timeout",
    type: milliseconds(1),
    default: 60_000,
    description: "A client whose half-sent request makes no progress for so long is disconnected.",
  }),
  clientKeepaliveMs: ownOption({
    key: "client_keepalive",
    type: milliseconds(1000),
    default: 300_000,
    description: "Idle time before the first TCP keepalive probe, when `tcpkeepalive` is on.",
  }),
  lateReplyGraceMs: ownOption({
    key: "late_reply_grace",
    type: milliseconds(0),
    default: 10_000,
    description:
      "How long the reply of a timed-out request is awaited before the server connection is given up.",
  }),
  maxBulkBytes: ownOption({
    key: "max_bulk",
    type: size(),
    default: 512 * MB,
    description: "Longest single argument or value; Redis pools only.",
  }),
  maxArguments: ownOption({
    key: "max_arguments",
    type: integer(1),
    default: 1_048_576,
    description: "Most arguments of a request.",
  }),
  maxInlineBytes: ownOption({
    key: "max_inline",
    type: size(),
    default: 64 * KB,
    description: "Longest request typed as a plain line; Redis pools only.",
  }),
  maxRequestBytes: ownOption({
    key: "max_request",
    type: size(LONGEST_REQUEST),
    default: GB,
    description: "Longest whole request; in a memcached pool, longest line of keys.",
  }),
  maxKeysReplyBytes: ownOption({
    key: "max_keys_reply",
    type: size(),
    default: 64 * MB,
    description: "Longest reply to KEYS; what is longer is refused. SCAN needs no memory. Redis pools only.",
  }),
  maxPendingRequests: ownOption({
    key: "max_pending_requests",
    type: integer(1),
    default: 4096,
    description: "Unanswered requests of a client at which reading from it pauses.",
  }),
  maxPinned: ownOption({
    key: "max_pinned",
    type: integer(0),
    default: 1000,
    description:
      "Connections a worker may have to each server for single clients that watch keys or wait for data.",
  }),
  sessionWindowBytes: ownOption({
    key: "session_window",
    type: size(),
    default: MB,
    description: "Bytes of replies a client may have on their way to it before its next request waits.",
  }),
  clientOutboxHighBytes: ownOption({
    key: "client_outbox_high",
    type: size(),
    default: MB,
    description: "Unsent bytes to a client at which reading from it pauses.",
  }),
  clientOutboxLowBytes: ownOption({
    key: "client_outbox_low",
    type: size(),
    default: 256 * KB,
    description: "Unsent bytes to a client at which reading from it goes on.",
  }),
  clientOutboxHardBytes: ownOption({
    key: "client_outbox_hard",
    type: size(),
    default: GB,
    description: "Unsent bytes to a client beyond which it is disconnected.",
  }),
  serverOutboxHighBytes: ownOption({
    key: "server_outbox_high",
    type: size(),
    default: 4 * MB,
    description: "Unsent bytes to a server at which clients that ask it pause.",
  }),
  serverOutboxLowBytes: ownOption({
    key: "server_outbox_low",
    type: size(),
    default: MB,
    description: "Unsent bytes to a server at which they go on.",
  }),
};

/** Every option of a pool, by the name of its field in `PoolConfig`. */
export const POOL_OPTIONS = {
  ...NUTCRACKER_OPTIONS,
  ...CLUSTER_OPTIONS,
  ...OWN_OPTIONS,
  ...REPLICA_OPTIONS,
  ...SECURITY_OPTIONS,
};

/** A pool as its file resolves: every option with its value, defaults filled in. Servers are in the file's order. */
export interface PoolConfig extends Resolved<typeof POOL_OPTIONS> {
  /** What the pool is called: its key in the file. */
  name: string;
}
