/** Administration of a server. A client of a pool has no say in which server it would reach. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { key, NO_KEYS } from "./key_specs.ts";
import { administration, clusterOnly, configuredUsers, otherDatabase, replicationLink } from "./refusals.ts";

const ALL_KEYS = "@dangerous @keyspace";
const ANSWERED = { handling: "local" } as const;
const IS_CONFIGURED = { refuse: configuredUsers };

/** Administration of a server. */
export const SERVER: CommandGroup = {
  name: "server",
  categories: "",
  refuse: administration,
  commands: [
    container("acl", -2, "", "6.0.0", [
      command("cat", -2, "noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
      command("deluser", -3, "admin noscript loading stale", "6.0.0", NO_KEYS, IS_CONFIGURED),
      command("dryrun", -4, "admin noscript loading stale", "7.0.0", NO_KEYS, ANSWERED),
      command("genpass", -2, "noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
      command("getuser", 3, "admin noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
      command("help", 2, "loading stale", "6.0.0"),
      command("list", 2, "admin noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
      command("load", 2, "admin noscript loading stale", "6.0.0", NO_KEYS, IS_CONFIGURED),
      command("log", -2, "admin noscript loading stale", "6.0.0"),
      command("save", 2, "admin noscript loading stale", "6.0.0", NO_KEYS, IS_CONFIGURED),
      command("setuser", -3, "admin noscript loading stale", "6.0.0", NO_KEYS, IS_CONFIGURED),
      command("users", 2, "admin noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
      command("whoami", 2, "noscript loading stale", "6.0.0", NO_KEYS, ANSWERED),
    ]),
    container("backup", -2, "", "8.10.0", [
      command("abort", 2, "admin noscript", "8.10.0"),
      command("cleanup", 2, "admin noscript", "8.10.0"),
      command("list", 2, "admin noscript", "8.10.0"),
      command("seal", 2, "admin noscript", "8.10.0"),
      command("start", 2, "admin noscript", "8.10.0"),
      command("status", 2, "admin noscript", "8.10.0"),
    ]),
    command("bgrewriteaof", 1, "admin noscript no_async_loading", "1.0.0", NO_KEYS, { merge: "first" }),
    command("bgsave", -1, "admin noscript no_async_loading", "1.0.0", NO_KEYS, { merge: "first" }),
    container("command", -1, "loading stale", "2.8.13", [
      command("count", 2, "loading stale", "2.8.13"),
      command("docs", -2, "loading stale", "7.0.0"),
      command("getkeys", -4, "loading stale", "2.8.13"),
      command("getkeysandflags", -4, "loading stale", "7.0.0"),
      command("help", 2, "loading stale", "5.0.0", NO_KEYS, { handling: "forward" }),
      command("info", -2, "loading stale", "2.8.13"),
      command("list", -2, "loading stale", "7.0.0"),
    ], { also: "@connection", handling: "local" }),
    container("config", -2, "", "2.0.0", [
      command("get", -3, "admin noscript loading stale", "2.0.0", NO_KEYS, { merge: "settings" }),
      command("help", 2, "loading stale", "5.0.0", NO_KEYS, { handling: "forward" }),
      command("resetstat", 2, "admin noscript loading stale", "2.0.0", NO_KEYS, { merge: "ok" }),
      command("rewrite", 2, "admin noscript loading stale", "2.8.0", NO_KEYS, { merge: "ok" }),
      command("set", -4, "admin noscript loading stale", "2.0.0", NO_KEYS, { merge: "ok" }),
    ]),
    command("dbsize", 1, "readonly fast", "1.0.0", NO_KEYS, { also: "@keyspace", merge: "sum" }),
    command("debug", -2, "admin noscript loading stale", "1.0.0"),
    command("failover", -1, "admin noscript stale", "6.2.0"),
    command("flushall", -1, "write", "1.0.0", NO_KEYS, { also: ALL_KEYS, merge: "ok" }),
    command("flushdb", -1, "write", "1.0.0", NO_KEYS, { also: ALL_KEYS, merge: "ok" }),
    container("hotkeys", -2, "", "8.6.0", [
      command("get", 2, "admin noscript", "8.6.0"),
      command("reset", 2, "admin noscript", "8.6.0"),
      command("start", -2, "admin noscript", "8.6.0"),
      command("stop", 2, "admin noscript", "8.6.0"),
    ]),
    command("info", -1, "loading stale", "1.0.0", NO_KEYS, {
      also: "@dangerous",
      handling: "local",
      open: true,
    }),
    command("lastsave", 1, "loading stale fast", "1.0.0", NO_KEYS, {
      also: "@admin @dangerous",
      merge: "lowest",
    }),
    container("latency", -2, "", "2.8.13", [
      command("doctor", 2, "admin noscript loading stale", "2.8.13", NO_KEYS, { merge: "by-server" }),
      command("graph", 3, "admin noscript loading stale", "2.8.13", NO_KEYS, { merge: "by-server" }),
      command("help", 2, "loading stale", "2.8.13", NO_KEYS, { handling: "forward" }),
      command("histogram", -2, "admin noscript loading stale", "7.0.0", NO_KEYS, { merge: "by-server" }),
      command("history", 3, "admin noscript loading stale", "2.8.13", NO_KEYS, { merge: "by-server" }),
      command("latest", 2, "admin noscript loading stale", "2.8.13", NO_KEYS, { merge: "by-server" }),
      command("reset", -2, "admin noscript loading stale", "2.8.13", NO_KEYS, { merge: "sum" }),
    ]),
    command("lolwut", -1, "readonly fast", "5.0.0", NO_KEYS, { handling: "local" }),
    container("memory", -2, "", "4.0.0", [
      command("doctor", 2, "", "4.0.0", NO_KEYS, { merge: "by-server" }),
      command("help", 2, "loading stale", "4.0.0", NO_KEYS, { handling: "forward" }),
      command("malloc-stats", 2, "", "4.0.0", NO_KEYS, { merge: "by-server" }),
      command("purge", 2, "", "4.0.0", NO_KEYS, { merge: "ok" }),
      command("stats", 2, "", "4.0.0", NO_KEYS, { merge: "by-server" }),
      command("usage", -3, "readonly", "4.0.0", key("RO", 2), { handling: "forward", primaryOnly: true }),
    ]),
    container("module", -2, "", "4.0.0", [
      command("help", 2, "loading stale", "5.0.0"),
      command("list", 2, "admin noscript", "4.0.0"),
      command("load", -3, "admin noscript no_async_loading", "4.0.0"),
      command("loadex", -3, "admin noscript no_async_loading", "7.0.0"),
      command("unload", 3, "admin noscript no_async_loading", "4.0.0"),
    ]),
    command("monitor", 1, "admin noscript loading stale", "1.0.0", NO_KEYS, {
      handling: "local",
      stateful: true,
    }),
    command("psync", -3, "admin noscript no_async_loading no_multi", "2.8.0", NO_KEYS, {
      refuse: replicationLink,
    }),
    command("replconf", -1, "admin noscript loading stale allow_busy", "3.0.0", NO_KEYS, {
      refuse: replicationLink,
    }),
    command("replicaof", 3, "admin noscript stale no_async_loading", "5.0.0"),
    command("restore-asking", -4, "write denyoom asking", "3.0.0", key("OW update"), {
      also: ALL_KEYS,
      refuse: clusterOnly,
    }),
    command("role", 1, "noscript loading stale fast", "2.8.12", NO_KEYS, {
      also: "@admin @dangerous",
      handling: "local",
      open: true,
    }),
    command("save", 1, "admin noscript no_async_loading no_multi", "1.0.0", NO_KEYS, { merge: "ok" }),
    command("shutdown", -1, "admin noscript loading stale no_multi allow_busy", "1.0.0"),
    command("slaveof", 3, "admin noscript stale no_async_loading", "1.0.0"),
    container("slowlog", -2, "", "2.2.12", [
      command("get", -2, "admin loading stale", "2.2.12", NO_KEYS, { handling: "local" }),
      command("help", 2, "loading stale", "6.2.0"),
      command("len", 2, "admin loading stale", "2.2.12", NO_KEYS, { handling: "local" }),
      command("reset", 2, "admin loading stale", "2.2.12", NO_KEYS, { handling: "local" }),
    ]),
    command("swapdb", 3, "write fast", "4.0.0", NO_KEYS, { also: ALL_KEYS, refuse: otherDatabase }),
    command("sync", 1, "admin noscript no_async_loading no_multi", "1.0.0", NO_KEYS, {
      refuse: replicationLink,
    }),
    command("time", 1, "loading stale fast", "2.6.0", NO_KEYS, { handling: "local" }),
  ],
};
