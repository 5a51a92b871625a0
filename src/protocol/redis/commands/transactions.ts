/** Transactions. The proxy queues what is between MULTI and EXEC. */
import { command, type CommandGroup } from "./declaration.ts";
import { keys } from "./key_specs.ts";

/** Transactions. */
export const TRANSACTIONS: CommandGroup = {
  name: "transactions",
  categories: "@transaction",
  handling: "stateful",
  stateful: true,
  commands: [
    command("discard", 1, "noscript loading stale fast allow_busy", "2.0.0"),
    command("exec", 1, "noscript loading stale skip_slowlog", "1.2.0"),
    command("multi", 1, "noscript loading stale fast allow_busy", "1.2.0"),
    command("unwatch", 1, "noscript loading stale fast allow_busy", "2.2.0"),
    command("watch", -2, "noscript loading stale fast allow_busy", "2.2.0", keys("RO", 1, -1)),
  ],
};
