/** What a client says about its connection. The proxy is the one it is connected to, so the proxy answers. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { NO_KEYS } from "./key_specs.ts";

/** What a client says about its connection. */
export const CONNECTION: CommandGroup = {
  name: "connection",
  categories: "@connection",
  handling: "local",
  stateful: true,
  commands: [
    command("auth", -2, "noscript loading stale fast no_auth allow_busy", "1.0.0"),
    container("client", -2, "", "2.4.0", [
      command("caching", 3, "noscript loading stale", "6.0.0"),
      command("getname", 2, "noscript loading stale", "2.6.9"),
      command("getredir", 2, "noscript loading stale", "6.0.0"),
      command("help", 2, "loading stale", "5.0.0", NO_KEYS, { handling: "forward", stateful: false }),
      command("id", 2, "noscript loading stale", "5.0.0"),
      command("info", 2, "noscript loading stale", "6.2.0"),
      command("kill", -3, "admin noscript loading stale", "2.4.0"),
      command("list", -2, "admin noscript loading stale", "2.4.0", NO_KEYS, { open: true }),
      command("no-evict", 3, "admin noscript loading stale", "7.0.0"),
      command("no-touch", 3, "noscript loading stale", "7.2.0"),
      command("pause", -3, "admin noscript loading stale", "2.9.50"),
      command("reply", 3, "noscript loading stale", "3.2.0", NO_KEYS, { handling: "stateful" }),
      command("setinfo", 4, "noscript loading stale", "7.2.0"),
      command("setname", 3, "noscript loading stale", "2.6.9"),
      command("tracking", -3, "noscript loading stale", "6.0.0"),
      command("trackinginfo", 2, "noscript loading stale", "6.2.0"),
      command("unblock", -3, "admin noscript loading stale", "5.0.0"),
      command("unpause", 2, "admin noscript loading stale", "6.2.0"),
    ]),
    command("echo", 2, "loading stale fast", "1.0.0", NO_KEYS, { stateful: false }),
    command("hello", -1, "noscript loading stale fast no_auth allow_busy", "6.0.0"),
    command("ping", -1, "fast", "1.0.0", NO_KEYS, { stateful: false }),
    command("quit", -1, "noscript loading stale fast no_auth allow_busy", "1.0.0"),
    command("reset", 1, "noscript loading stale fast no_auth allow_busy", "6.2.0"),
    command("select", 2, "loading stale fast", "1.0.0"),
  ],
};
