/** The pool options about replicas, from which reads may be answered. */
import { optionMapOrFlag } from "./option_map.ts";
import { ownOption } from "./option.ts";
import { replicaMap, zoneMap, zoneName } from "./replica_entry.ts";
import { choice, integer, milliseconds, optional, size } from "./value_types.ts";

/** Which members of a group a pool's reads prefer. */
export type ReadFrom = "primary" | "replica" | "nearest";

/** The `hedge` of a pool. */
const HEDGE_OPTIONS = {
  after: ownOption({
    key: "after",
    type: choice<"p90" | "p95" | "p99">("quantile", ["p90", "p95", "p99"]),
    default: "p95",
    description: "How long the first member gets: what so many of the pool's recent reads took at most.",
  }),
  sharePercent: ownOption({
    key: "share",
    type: integer(1, 100),
    default: 5,
    description: "Second requests for each hundred reads, at most.",
  }),
};

/** The pool options about replicas. */
export const REPLICA_OPTIONS = {
  replicas: ownOption({
    key: "replicas",
    type: replicaMap(),
    default: null,
    description:
      "Replicas of servers, by the servers' names: `a: [10.0.0.2:6379 zone=b weight=2]`; Redis pools only.",
  }),
  readFrom: ownOption({
    key: "read_from",
    type: choice<ReadFrom>("preference", ["primary", "replica", "nearest"]),
    default: "replica",
    description:
      "Whom reads of servers with replicas prefer: the primary, a replica (the nearest that is fit), or the nearest of all.",
  }),
  zone: ownOption({
    key: "zone",
    type: zoneName(),
    default: null,
    description: "Where the proxy stands: members of its zone are read from before others.",
  }),
  zones: ownOption({
    key: "zones",
    type: zoneMap(),
    default: null,
    description: "Where servers stand, by their names, for `read_from: nearest`.",
  }),
  maxLagMs: ownOption({
    key: "max_lag",
    type: milliseconds(2000),
    default: 10_000,
    description:
      "A replica that is further behind its primary is not read from. It is measured once a second.",
  }),
  maxLagBytes: ownOption({
    key: "max_lag_bytes",
    type: optional(size()),
    default: null,
    description: "The same in bytes of the replication stream; left out, any number.",
  }),
  hedge: ownOption({
    key: "hedge",
    type: optionMapOrFlag(HEDGE_OPTIONS),
    default: null,
    description: "Reads of one key that take long are asked of a second member too; the first answer counts.",
  }),
};
