/** Redis Cluster. A pool looks like a single server to its clients. */
import { command, type CommandGroup, container, type Options } from "./declaration.ts";
import { NO_KEYS } from "./key_specs.ts";
import { noCluster } from "./refusals.ts";

/** They say where a client's reads may go. */
const READ_MODE: Options = { also: "@connection", handling: "local", stateful: true };

/** Redis Cluster. */
export const CLUSTER: CommandGroup = {
  name: "cluster",
  categories: "",
  refuse: noCluster,
  commands: [
    command("asking", 1, "fast", "3.0.0", NO_KEYS, { also: "@connection" }),
    container("cluster", -2, "", "3.0.0", [
      command("addslots", -3, "admin stale no_async_loading", "3.0.0"),
      command("addslotsrange", -4, "admin stale no_async_loading", "7.0.0"),
      command("bumpepoch", 2, "admin stale no_async_loading", "3.0.0"),
      command("count-failure-reports", 3, "admin stale", "3.0.0"),
      command("countkeysinslot", 3, "stale", "3.0.0"),
      command("delslots", -3, "admin stale no_async_loading", "3.0.0"),
      command("delslotsrange", -4, "admin stale no_async_loading", "7.0.0"),
      command("failover", -2, "admin stale no_async_loading", "3.0.0"),
      command("flushslots", 2, "admin stale no_async_loading", "3.0.0"),
      command("forget", 3, "admin stale no_async_loading", "3.0.0"),
      command("getkeysinslot", 4, "stale", "3.0.0"),
      command("help", 2, "loading stale", "5.0.0"),
      command("info", 2, "stale", "3.0.0"),
      command("keyslot", 3, "stale", "3.0.0"),
      command("links", 2, "stale", "7.0.0"),
      command("meet", -4, "admin stale no_async_loading", "3.0.0"),
      command("migration", -4, "admin stale no_async_loading", "8.4.0"),
      command("myid", 2, "stale", "3.0.0"),
      command("myshardid", 2, "stale", "7.2.0"),
      command("nodes", 2, "stale", "3.0.0"),
      command("replicas", 3, "admin stale", "5.0.0"),
      command("replicate", 3, "admin stale no_async_loading", "3.0.0"),
      command("reset", -2, "admin noscript stale", "3.0.0"),
      command("saveconfig", 2, "admin stale no_async_loading", "3.0.0"),
      command("set-config-epoch", 3, "admin stale no_async_loading", "3.0.0"),
      command("setslot", -4, "admin stale no_async_loading", "3.0.0"),
      command("shards", 2, "stale", "7.0.0"),
      command("slaves", 3, "admin stale", "3.0.0"),
      command("slot-stats", -4, "loading stale", "8.2.0"),
      command("slots", 2, "stale", "3.0.0"),
    ]),
    command("readonly", 1, "loading stale fast", "3.0.0", NO_KEYS, READ_MODE),
    command("readwrite", 1, "loading stale fast", "3.0.0", NO_KEYS, READ_MODE),
  ],
};
