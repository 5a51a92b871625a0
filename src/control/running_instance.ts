/** An instance from its start to its end: what its faces ask of it, put to its supervisor, its log and its store. */
import { availableParallelism } from "node:os";
import { ulid } from "ulid";
import { type Config, describeDiff, diffConfigs, type Fault, formatAddress, formatFault } from "../config/mod.ts";
import type { Level } from "../proxy/mod.ts";
import type { HotKey, InstanceFigures, SlowRequest } from "../stats/mod.ts";
import { VERSION } from "../version.ts";
import { readConfigFile } from "./config_file.ts";
import { EventStream } from "./event_stream.ts";
import { type Change, ChangeRefused } from "./instance.ts";
import type { InheritedSockets } from "./listening_sockets.ts";
import type { Log } from "./log.ts";
import { Supervisor } from "./supervisor.ts";

/** What an instance is started with. */
export interface InstanceOptions {
  readonly config: Config;
  readonly log: Log;
  /** Listening sockets of a predecessor. */
  readonly sockets: InheritedSockets;
}
