/** Hashes, and the expiry of their fields. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { key } from "./key_specs.ts";
import { sharedConnection } from "./refusals.ts";

/** Hashes, and the expiry of their fields. */
export const HASH: CommandGroup = {
  name: "hash",
  categories: "@hash",
  commands: [
    command("hdel", -3, "write fast", "2.0.0", key("RW delete")),
    command("hexists", 3, "readonly fast", "2.0.0", key("RO")),
    command("hexpire", -6, "write denyoom fast", "7.4.0", key("RW update")),
    command("hexpireat", -6, "write denyoom fast", "7.4.0", key("RW update")),
    command("hexpiretime", -5, "readonly fast", "7.4.0", key("RO access")),
    command("hget", 3, "readonly fast", "2.0.0", key("RO access")),
    command("hgetall", 2, "readonly", "2.0.0", key("RO access")),
    command("hgetdel", -5, "write fast", "8.0.0", key("RW access delete")),
    command("hgetex", -5, "write fast", "8.0.0", key("RW access update")),
    container("himport", -2, "", "8.10.0", [
      command("discard", 3, "", "8.10.0"),
      command("discardall", 2, "", "8.10.0"),
      command("prepare", -4, "denyoom", "8.10.0"),
      command("set", -5, "write denyoom", "8.10.0", key("OW update", 2)),
    ], { categories: "@hash", refuse: sharedConnection }),
    command("hincrby", 4, "write denyoom fast", "2.0.0", key("RW access update")),
    command("hincrbyfloat", 4, "write denyoom fast", "2.6.0", key("RW access update")),
    command("hkeys", 2, "readonly", "2.0.0", key("RO access")),
    command("hlen", 2, "readonly fast", "2.0.0", key("RO")),
    command("hmget", -3, "readonly fast", "2.0.0", key("RO access")),
    command("hmset", -4, "write denyoom fast", "2.0.0", key("RW update")),
    command("hpersist", -5, "write fast", "7.4.0", key("RW update")),
    command("hpexpire", -6, "write denyoom fast", "7.4.0", key("RW update")),
    command("hpexpireat", -6, "write denyoom fast", "7.4.0", key("RW update")),
    command("hpexpiretime", -5, "readonly fast", "7.4.0", key("RO access")),
    command("hpttl", -5, "readonly fast", "7.4.0", key("RO access")),
    command("hrandfield", -2, "readonly", "6.2.0", key("RO access")),
    command("hscan", -3, "readonly", "2.8.0", key("RO access"), { cursor: 2 }),
    command("hset", -4, "write denyoom fast", "2.0.0", key("RW update")),
    command("hsetex", -6, "write denyoom fast", "8.0.0", key("RW update")),
    command("hsetnx", 4, "write denyoom fast", "2.0.0", key("RW insert")),
    command("hstrlen", 3, "readonly fast", "3.2.0", key("RO")),
    command("httl", -5, "readonly fast", "7.4.0", key("RO access")),
    command("hvals", 2, "readonly", "2.0.0", key("RO access")),
  ],
};
