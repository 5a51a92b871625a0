/** Publish and subscribe. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { key, keys, NO_KEYS } from "./key_specs.ts";
import { everyServer, everySubscriber, ownConnection } from "./refusals.ts";

/** Publish and subscribe. */
export const PUBSUB: CommandGroup = {
  name: "pubsub",
  categories: "",
  refuse: ownConnection,
  commands: [
    command("psubscribe", -2, "pubsub noscript loading stale", "2.0.0"),
    command("publish", 3, "pubsub loading stale fast", "2.0.0", NO_KEYS, { refuse: everySubscriber }),
    container("pubsub", -2, "", "2.8.0", [
      command("channels", -2, "pubsub loading stale", "2.8.0"),
      command("help", 2, "loading stale", "6.2.0"),
      command("numpat", 2, "pubsub loading stale", "2.8.0"),
      command("numsub", -2, "pubsub loading stale", "2.8.0"),
      command("shardchannels", -2, "pubsub loading stale", "7.0.0"),
      command("shardnumsub", -2, "pubsub loading stale", "7.0.0"),
    ], { refuse: everyServer }),
    command("punsubscribe", -1, "pubsub noscript loading stale", "2.0.0"),
    command("spublish", 3, "pubsub loading stale fast", "7.0.0", key("not_key"), { refuse: everySubscriber }),
    command("ssubscribe", -2, "pubsub noscript loading stale", "7.0.0", keys("not_key", 1, -1)),
    command("subscribe", -2, "pubsub noscript loading stale", "2.0.0"),
    command("sunsubscribe", -1, "pubsub noscript loading stale", "7.0.0", keys("not_key", 1, -1)),
    command("unsubscribe", -1, "pubsub noscript loading stale", "2.0.0"),
  ],
};
