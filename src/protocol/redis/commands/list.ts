/** Lists. */
import { command, type CommandGroup, TIMEOUT_FIRST, TIMEOUT_LAST } from "./declaration.ts";
import { counted, key, keys } from "./key_specs.ts";

const MOVED = [key("RW access delete"), key("RW insert", 2)];

/** Lists. */
export const LIST: CommandGroup = {
  name: "list",
  categories: "@list",
  commands: [
    command("blmove", 6, "write denyoom noscript blocking", "6.2.0", MOVED, TIMEOUT_LAST),
    command("blmovem", -6, "write denyoom blocking", "8.10.0", MOVED),
    command("blmpop", -5, "write blocking", "7.0.0", counted("RW access delete", 2), TIMEOUT_FIRST),
    command("blpop", -3, "write noscript blocking", "2.0.0", keys("RW access delete", 1, -2), TIMEOUT_LAST),
    command("brpop", -3, "write noscript blocking", "2.0.0", keys("RW access delete", 1, -2), TIMEOUT_LAST),
    command("brpoplpush", 4, "write denyoom noscript blocking", "2.2.0", MOVED, TIMEOUT_LAST),
    command("lindex", 3, "readonly", "1.0.0", key("RO access")),
    command("linsert", 5, "write denyoom", "2.2.0", key("RW insert")),
    command("llen", 2, "readonly fast", "1.0.0", key("RO")),
    command("lmove", 5, "write denyoom", "6.2.0", MOVED),
    command("lmovem", -5, "write denyoom", "8.10.0", MOVED),
    command("lmpop", -4, "write", "7.0.0", counted("RW access delete", 1)),
    command("lpop", -2, "write fast", "1.0.0", key("RW access delete")),
    command("lpos", -3, "readonly", "6.0.6", key("RO access")),
    command("lpush", -3, "write denyoom fast", "1.0.0", key("RW insert")),
    command("lpushx", -3, "write denyoom fast", "2.2.0", key("RW insert")),
    command("lrange", 4, "readonly", "1.0.0", key("RO access")),
    command("lrem", 4, "write", "1.0.0", key("RW delete")),
    command("lset", 4, "write denyoom", "1.0.0", key("RW update")),
    command("ltrim", 4, "write", "1.0.0", key("RW delete")),
    command("rpop", -2, "write fast", "1.0.0", key("RW access delete")),
    command("rpoplpush", 3, "write denyoom", "1.2.0", MOVED),
    command("rpush", -3, "write denyoom fast", "1.0.0", key("RW insert")),
    command("rpushx", -3, "write denyoom fast", "2.2.0", key("RW insert")),
  ],
};
