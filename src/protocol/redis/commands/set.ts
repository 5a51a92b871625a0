/** Sets. */
import { command, type CommandGroup } from "./declaration.ts";
import { counted, key, keys } from "./key_specs.ts";

/** Sets. */
export const SET: CommandGroup = {
  name: "set",
  categories: "@set",
  commands: [
    command("sadd", -3, "write denyoom fast", "1.0.0", key("RW insert")),
    command("scard", 2, "readonly fast", "1.0.0", key("RO")),
    command("sdiff", -2, "readonly", "1.0.0", keys("RO access", 1, -1)),
    command("sdiffcard", -3, "readonly", "8.10.0", counted("RO access", 1)),
    command("sdiffstore", -3, "write denyoom", "1.0.0", [key("OW update"), keys("RO access", 2, -1)]),
    command("sinter", -2, "readonly", "1.0.0", keys("RO access", 1, -1)),
    command("sintercard", -3, "readonly", "7.0.0", counted("RO access", 1)),
    command("sinterstore", -3, "write denyoom", "1.0.0", [key("RW update"), keys("RO access", 2, -1)]),
    command("sismember", 3, "readonly fast", "1.0.0", key("RO")),
    command("smembers", 2, "readonly", "1.0.0", key("RO access")),
    command("smismember", -3, "readonly fast", "6.2.0", key("RO access")),
    command("smove", 4, "write fast", "1.0.0", [key("RW access delete"), key("RW insert", 2)]),
    command("spop", -2, "write fast", "1.0.0", key("RW access delete")),
    command("srandmember", -2, "readonly", "1.0.0", key("RO access")),
    command("srem", -3, "write fast", "1.0.0", key("RW delete")),
    command("sscan", -3, "readonly", "2.8.0", key("RO access"), { cursor: 2 }),
    command("sunion", -2, "readonly", "1.0.0", keys("RO access", 1, -1)),
    command("sunioncard", -3, "readonly", "8.10.0", counted("RO access", 1)),
    command("sunionstore", -3, "write denyoom", "1.0.0", [key("OW update"), keys("RO access", 2, -1)]),
  ],
};
