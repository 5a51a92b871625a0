/** Publish and subscribe. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { key, keys, NO_KEYS } from "./key_specs.ts";

const PUBLISHES = { handling: "publish", stateful: false } as const;

/** Publish and subscribe. */
export const PUBSUB: CommandGroup = {
  name: "pubsub",
  categories: "",
  handling: "local",
  stateful: true,
  commands: [
    command("psubscribe", -2, "pubsub noscript loading stale", "2.0.0"),
    command("publish", 3, "pubsub loading stale fast", "2.0.0", NO_KEYS, PUBLISHES),
    container("pubsub", -2, "", "2.8.0", [
      command("channels", -2, "pubsub loading stale", "2.8.0"),
      command("help", 2, "loading stale", "6.2.0", NO_KEYS, { handling: "forward" }),
      command("numpat", 2, "pubsub loading stale", "2.8.0"),
      command("numsub", -2, "pubsub loading stale", "2.8.0"),
      command("shardchannels", -2, "pubsub loading stale", "7.0.0"),
      command("shardnumsub", -2, "pubsub loading stale", "7.0.0"),
    ], { stateful: false }),
    command("punsubscribe", -1, "pubsub noscript loading stale", "2.0.0"),
    command("spublish", 3, "pubsub loading stale fast", "7.0.0", key("not_key"), PUBLISHES),
    command("ssubscribe", -2, "pubsub noscript loading stale", "7.0.0", keys("not_key", 1, -1)),
    command("subscribe", -2, "pubsub noscript loading stale", "2.0.0"),
    command("sunsubscribe", -1, "pubsub noscript loading stale", "7.0.0", keys("not_key", 1, -1)),
    command("unsubscribe", -1, "pubsub noscript loading stale", "2.0.0"),
  ],
};
