/** Commands for keys of any type. */
import { command, type CommandGroup, container, type Options } from "./declaration.ts";
import { after, key, keys, NO_KEYS, SORT_PATTERNS, SORT_STORE } from "./key_specs.ts";
import { otherDatabase, pastTheRouter } from "./refusals.ts";

const SORTABLE = "@dangerous @list @set @sortedset";
const SORTED = [key("RO access"), SORT_PATTERNS, SORT_STORE];

/** One key in its place, or an empty one there and the keys behind KEYS. */
const MIGRATED = [key("RW access delete", 3), after("RW access delete incomplete", "KEYS", -2, -1, 0)];

const OWN_WRITES: Options = { categories: "@connection", handling: "stateful" };

/** Commands for keys of any type. */
export const GENERIC: CommandGroup = {
  name: "generic",
  categories: "@keyspace",
  commands: [
    command("copy", -3, "write denyoom", "6.2.0", [key("RO access"), key("OW update", 2)]),
    command("del", -2, "write", "1.0.0", keys("RM delete", 1, -1), { handling: "split-sum" }),
    command("dump", 2, "readonly", "2.6.0", key("RO access")),
    command("exists", -2, "readonly fast", "1.0.0", keys("RO", 1, -1), { handling: "split-sum" }),
    command("expire", -3, "write fast", "1.0.0", key("RW update")),
    command("expireat", -3, "write fast", "1.2.0", key("RW update")),
    command("expiretime", 2, "readonly fast", "7.0.0", key("RO access")),
    command("keys", 2, "readonly", "1.0.0", NO_KEYS, { also: "@dangerous", merge: "concatenation" }),
    command("migrate", -6, "write", "2.6.0", MIGRATED, { also: "@dangerous", refuse: pastTheRouter }),
    command("move", 3, "write fast", "1.0.0", key("RW access update"), { refuse: otherDatabase }),
    container("object", -2, "", "2.2.3", [
      command("encoding", 3, "readonly", "2.2.3", key("RO", 2)),
      command("freq", 3, "readonly", "4.0.0", key("RO", 2)),
      command("help", 2, "loading stale", "6.2.0"),
      command("idletime", 3, "readonly", "2.2.3", key("RO", 2)),
      command("refcount", 3, "readonly", "2.2.3", key("RO", 2)),
    ], { primaryOnly: true }),
    command("persist", 2, "write fast", "2.2.0", key("RW update")),
    command("pexpire", -3, "write fast", "2.6.0", key("RW update")),
    command("pexpireat", -3, "write fast", "2.6.0", key("RW update")),
    command("pexpiretime", 2, "readonly fast", "7.0.0", key("RO access")),
    command("pttl", 2, "readonly fast", "2.6.0", key("RO access")),
    command("randomkey", 1, "readonly", "1.0.0", NO_KEYS, { merge: "draw" }),
    command("rename", 3, "write", "1.0.0", [key("RW access delete"), key("OW update", 2)]),
    command("renamenx", 3, "write fast", "1.0.0", [key("RW access delete"), key("OW insert", 2)]),
    command("restore", -4, "write denyoom", "2.6.0", key("OW update"), { also: "@dangerous" }),
    command("scan", -2, "readonly", "2.8.0", NO_KEYS, { cursor: 1, handling: "scan" }),
    command("sort", -2, "write denyoom", "1.0.0", SORTED, { categories: SORTABLE }),
    command("sort_ro", -2, "readonly", "7.0.0", [key("RO access"), SORT_PATTERNS], { categories: SORTABLE }),
    command("touch", -2, "readonly fast", "3.2.1", keys("RO", 1, -1), {
      handling: "split-sum",
      primaryOnly: true,
    }),
    command("ttl", 2, "readonly fast", "1.0.0", key("RO access")),
    command("type", 2, "readonly fast", "1.0.0", key("RO")),
    command("unlink", -2, "write fast", "4.0.0", keys("RM delete", 1, -1), { handling: "split-sum" }),
    command("wait", 3, "noscript", "3.0.0", NO_KEYS, OWN_WRITES),
    command("waitaof", 4, "blocking", "7.2.0", NO_KEYS, OWN_WRITES),
  ],
};
