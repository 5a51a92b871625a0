/** Strings and counters. */
import { command, type CommandGroup } from "./declaration.ts";
import { counted, key, keys } from "./key_specs.ts";

/** Strings and counters. */
export const STRING: CommandGroup = {
  name: "string",
  categories: "@string",
  commands: [
    command("append", 3, "write denyoom fast", "2.0.0", key("RW insert")),
    command("decr", 2, "write denyoom fast", "1.0.0", key("RW access update")),
    command("decrby", 3, "write denyoom fast", "1.0.0", key("RW access update")),
    command("delex", -2, "write fast", "8.4.0", key("RW delete")),
    command("digest", 2, "readonly fast", "8.4.0", key("RO access")),
    command("get", 2, "readonly fast", "1.0.0", key("RO access")),
    command("getdel", 2, "write fast", "6.2.0", key("RW access delete")),
    command("getex", -2, "write fast", "6.2.0", key("RW access update")),
    command("getrange", 4, "readonly", "2.4.0", key("RO access")),
    command("getset", 3, "write denyoom fast", "1.0.0", key("RW access update")),
    command("incr", 2, "write denyoom fast", "1.0.0", key("RW access update")),
    command("incrby", 3, "write denyoom fast", "1.0.0", key("RW access update")),
    command("incrbyfloat", 3, "write denyoom fast", "2.6.0", key("RW access update")),
    command("increx", -2, "write denyoom fast", "8.8.0", key("RW access update")),
    command("lcs", -3, "readonly", "7.0.0", keys("RO access", 1, 1)),
    command("mget", -2, "readonly fast", "1.0.0", keys("RO access", 1, -1), { handling: "split-elements" }),
    command("mset", -3, "write denyoom", "1.0.1", keys("OW update", 1, -1, 2), { handling: "split-pairs" }),
    command("msetex", -4, "write denyoom", "8.4.0", counted("OW update", 1, 2)),
    command("msetnx", -3, "write denyoom", "1.0.1", keys("OW insert", 1, -1, 2)),
    command("psetex", 4, "write denyoom", "2.6.0", key("OW update")),
    command("set", -3, "write denyoom", "1.0.0", key("RW access update variable_flags")),
    command("setex", 4, "write denyoom", "2.0.0", key("OW update")),
    command("setnx", 3, "write denyoom fast", "1.0.0", key("OW insert")),
    command("setrange", 4, "write denyoom", "2.2.0", key("RW update")),
    command("strlen", 2, "readonly fast", "2.2.0", key("RO")),
    command("substr", 4, "readonly", "1.0.0", key("RO access")),
  ],
};
