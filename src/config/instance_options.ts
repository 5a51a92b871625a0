/** The options beside the pools; only our form of the file has room for them. */
import { type Address, listenAddressOrOff } from "./address.ts";
import { ownOption, type Resolved } from "./option.ts";
import { section } from "./option_map.ts";
import { GB } from "./size.ts";
import { fileStore } from "./store_path.ts";
import {
  choice,
  flag,
  integer,
  integerOrAuto,
  milliseconds,
  optionalInputFile,
  optionalPath,
  size,
} from "./value_types.ts";

/** Where the admin endpoint listens unless the file says otherwise. */
export const DEFAULT_ADMIN_LISTEN: Address = { kind: "tcp", host: "127.0.0.1", port: 9922 };

/** The `admin` section. */
export const ADMIN_OPTIONS = {
  listen: ownOption({
    key: "listen",
    type: listenAddressOrOff(),
    default: DEFAULT_ADMIN_LISTEN,
    description: "Where the admin endpoint listens; beyond loopback it needs `admin.token_file`.",
  }),
  tokenFile: ownOption({
    key: "token_file",
    type: optionalInputFile("admin token"),
    default: null,
    description: "File with the token that admin requests must bring.",
  }),
  readTokenFile: ownOption({
    key: "read_token_file",
    type: optionalInputFile("read-only admin token"),
    default: null,
    description: "File with a token that lets admin requests read, and change nothing.",
  }),
};

/** The `log` section. */
export const LOG_OPTIONS = {
  level: ownOption({
    key: "level",
    type: integer(0, 11),
    default: 5,
    description: "How much is logged, on nutcracker's scale: 0 emergencies, 5 notices, 11 everything.",
  }),
  file: ownOption({
    key: "file",
    type: optionalPath(),
    default: null,
    description: "File the log is appended to; standard error when left out.",
  }),
  format: ownOption({
    key: "format",
    type: choice<"text" | "json">("log format", ["text", "json"]),
    default: "text",
    description: "How a line of the log is written.",
  }),
};

/** The `limits` section. */
export const LIMIT_OPTIONS = {
  maxTotalBytes: ownOption({
    key: "total_bytes",
    type: size(),
    default: 2 * GB,
    description: "Bytes of requests and replies the instance may hold at a time; each worker gets its share.",
  }),
  maxClients: ownOption({
    key: "max_clients",
    type: integer(0),
    default: 0,
    description: "Most clients of all pools at a time; 0 is what the limit of open files allows.",
  }),
};

/** The `slowlog` section. */
export const SLOWLOG_OPTIONS = {
  thresholdMs: ownOption({
    key: "threshold",
    type: milliseconds(0),
    default: 100,
    description: "A request that takes longer goes into the slow log; 0 turns it off.",
  }),
  entries: ownOption({
    key: "entries",
    type: integer(1, 65_536),
    default: 128,
    description: "Requests the slow log keeps; the oldest go first.",
  }),
};

/** The `hot_keys` section. */
export const HOT_KEY_OPTIONS = {
  sample: ownOption({
    key: "sample",
    type: integer(0),
    default: 100,
    description: "One in so many requests is looked at for hot keys; 0 turns them off.",
  }),
  keys: ownOption({
    key: "keys",
    type: integer(1, 4096),
    default: 32,
    description: "Hot keys that are kept of a pool.",
  }),
};

/** Every option beside the pools, by the name of its field in `Config`. */
export const INSTANCE_OPTIONS = {
  workers: ownOption({
    key: "workers",
    type: integerOrAuto(1, 64),
    default: 1,
    description: "Processes that share the clients; auto is one for every core.",
    needsUpgrade: true,
  }),
  shutdownGraceMs: ownOption({
    key: "shutdown_grace",
    type: milliseconds(0),
    default: 10_000,
    description: "How long the sessions may take to end when the proxy is told to stop.",
  }),
  pidFile: ownOption({
    key: "pid_file",
    type: optionalPath(),
    default: null,
    description: "File the process id is written to.",
    needsUpgrade: true,
  }),
  watch: ownOption({
    key: "watch",
    type: flag(),
    default: false,
    description: "Load the configuration file again when it changes.",
  }),
  store: ownOption({
    key: "store",
    type: fileStore(),
    default: null,
    description:
      "Where changes made over the admin endpoint are kept; left out, beside the configuration file, as its name with `.state`.",
    needsUpgrade: true,
  }),
  admin: section("admin", "The HTTP endpoint for operators.", ADMIN_OPTIONS),
  log: section("log", "The log.", LOG_OPTIONS),
  limits: section("limits", "What the whole instance may take.", LIMIT_OPTIONS),
  slowlog: section("slowlog", "The log of slow requests.", SLOWLOG_OPTIONS),
  hotKeys: section("hot_keys", "The search for the keys that are asked for most.", HOT_KEY_OPTIONS),
};

/** What the options beside the pools resolve to. */
export type InstanceConfig = Resolved<typeof INSTANCE_OPTIONS>;

/** What the log is told. */
export type LogConfig = InstanceConfig["log"];
