/**
 * The pool options nutcracker knows, in the order its users know.
 *
 * Source: keys, defaults and ranges are nutcracker 0.5.0's.
 */
import { HASHES, type HashName } from "../hash/mod.ts";
import { DISTRIBUTIONS } from "../routing/ring/ring.ts";
import { listenAddress } from "./address.ts";
import { nutcrackerOption } from "./option.ts";
import { serverList } from "./server_entry.ts";
import { bytePair, choice, flag, integer, milliseconds, optionalText } from "./value_types.ts";

const HASH_NAMES = Object.keys(HASHES) as HashName[];

/** The pool options nutcracker knows. */
export const NUTCRACKER_OPTIONS = {
  listen: nutcrackerOption({
    key: "listen",
    type: listenAddress(),
    description: "Where clients connect.",
  }),
  hash: nutcrackerOption({
    key: "hash",
    type: choice("hash", HASH_NAMES),
    default: "fnv1a_64",
    description: "Hash function that places a key.",
  }),
  hashTag: nutcrackerOption({
    key: "hash_tag",
    type: bytePair(),
    default: null,
    description: "Opening and closing byte; the part of a key between them is hashed instead of the whole.",
  }),
  distribution: nutcrackerOption({
    key: "distribution",
    type: choice("distribution", DISTRIBUTIONS),
    default: "ketama",
    description: "How hashes are spread over the servers.",
  }),
  timeoutMs: nutcrackerOption({
    key: "timeout",
    type: milliseconds(0),
    default: 5000,
    nutcrackerDefault: 0,
    description: "How long a request may wait for its reply; 0 is for ever.",
  }),
  backlog: nutcrackerOption({
    key: "backlog",
    type: integer(0),
    default: 512,
    description: "Connections that may wait to be accepted.",
  }),
  clientConnections: nutcrackerOption({
    key: "client_connections",
    type: integer(0),
    default: 0,
    description: "Most clients at a time; 0 is no limit.",
  }),
  tcpKeepalive: nutcrackerOption({
    key: "tcpkeepalive",
    type: flag(),
    default: false,
    description: "TCP keepalive on client connections.",
  }),
  reusePort: nutcrackerOption({
    key: "reuseport",
    type: flag(),
    default: false,
    description: "SO_REUSEPORT on the listener, so that several processes can share the port.",
  }),
  redis: nutcrackerOption({
    key: "redis",
    type: flag(),
    default: false,
    description: "The pool speaks Redis; otherwise Memcached.",
  }),
  redisAuth: nutcrackerOption({
    key: "redis_auth",
    type: optionalText(),
    default: null,
    secret: true,
    description: "Password sent to the servers and asked of the clients; Redis pools only.",
  }),
  redisDb: nutcrackerOption({
    key: "redis_db",
    type: integer(0),
    default: 0,
    description: "Database selected on the servers.",
  }),
  preconnect: nutcrackerOption({
    key: "preconnect",
    type: flag(),
    default: false,
    description: "Connect to the servers at start instead of on first use.",
  }),
  autoEjectHosts: nutcrackerOption({
    key: "auto_eject_hosts",
    type: flag(),
    default: false,
    description: "Take a server that keeps failing out of the ring.",
  }),
  serverConnections: nutcrackerOption({
    key: "server_connections",
    type: integer(1),
    default: 1,
    description: "Connections to each server.",
  }),
  serverRetryTimeoutMs: nutcrackerOption({
    key: "server_retry_timeout",
    type: milliseconds(0),
    default: 30_000,
    description: "How long an ejected server is left alone before it is tried again.",
  }),
  serverFailureLimit: nutcrackerOption({
    key: "server_failure_limit",
    type: integer(0),
    default: 2,
    description: "Failures in a row that eject a server.",
  }),
  servers: nutcrackerOption({
    key: "servers",
    type: serverList(),
    default: [],
    unless: "cluster",
    description:
      "The servers the keys are spread over; `/path:weight` for a unix socket. The name may be left out.",
  }),
};
