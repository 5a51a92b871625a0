/** HyperLogLogs. */
import { command, type CommandGroup } from "./declaration.ts";
import { key, keys, NO_KEYS } from "./key_specs.ts";
import { administration } from "./refusals.ts";

/** HyperLogLogs. */
export const HYPERLOGLOG: CommandGroup = {
  name: "hyperloglog",
  categories: "@hyperloglog",
  commands: [
    command("pfadd", -2, "write denyoom fast", "2.8.9", key("RW insert")),
    command("pfcount", -2, "readonly", "2.8.9", keys("RW access", 1, -1), { primaryOnly: true }),
    command("pfdebug", 3, "write denyoom admin", "2.8.9", key("RW access", 2), { refuse: administration }),
    command("pfmerge", -2, "write denyoom", "2.8.9", [key("RW access insert"), keys("RO access", 2, -1)]),
    command("pfselftest", 1, "admin", "2.8.9", NO_KEYS, { refuse: administration }),
  ],
};
