/** Streams and their consumer groups. */
import { command, type CommandGroup, container } from "./declaration.ts";
import { after, key } from "./key_specs.ts";

const MAY_BLOCK = { blockingKeyword: "BLOCK" };

/** Streams and their consumer groups. */
export const STREAM: CommandGroup = {
  name: "stream",
  categories: "@stream",
  commands: [
    command("xack", -4, "write fast", "5.0.0", key("RW update")),
    command("xackdel", -6, "write fast", "8.2.0", key("RW update delete")),
    command("xadd", -5, "write denyoom fast", "5.0.0", key("RW update")),
    command("xautoclaim", -6, "write fast", "6.2.0", key("RW delete")),
    command("xcfgset", -2, "write fast", "8.6.0", key("RW update")),
    command("xclaim", -6, "write fast", "5.0.0", key("RW update")),
    command("xdel", -3, "write fast", "5.0.0", key("RW delete")),
    command("xdelex", -5, "write fast", "8.2.0", key("RW delete")),
    container("xgroup", -2, "", "5.0.0", [
      command("create", -5, "write denyoom", "5.0.0", key("RW insert", 2)),
      command("createconsumer", 5, "write denyoom", "6.2.0", key("RW insert", 2)),
      command("delconsumer", 5, "write", "5.0.0", key("RW delete", 2)),
      command("destroy", 4, "write", "5.0.0", key("RW delete", 2)),
      command("help", 2, "loading stale", "5.0.0"),
      command("setid", -5, "write", "5.0.0", key("RW update", 2)),
    ]),
    container("xinfo", -2, "", "5.0.0", [
      command("consumers", 4, "readonly", "5.0.0", key("RO access", 2)),
      command("groups", 3, "readonly", "5.0.0", key("RO access", 2)),
      command("help", 2, "loading stale", "5.0.0"),
      command("stream", -3, "readonly", "5.0.0", key("RO access", 2)),
    ]),
    command("xlen", 2, "readonly fast", "5.0.0", key("RO")),
    command("xnack", -7, "write fast", "8.8.0", key("RW update")),
    command("xpending", -3, "readonly", "5.0.0", key("RO access")),
    command("xrange", -4, "readonly", "5.0.0", key("RO access")),
    command("xread", -4, "readonly blocking", "5.0.0", after("RO access", "STREAMS", 1, -1, 2), MAY_BLOCK),
    command("xreadgroup", -7, "write blocking", "5.0.0", after("RO access", "STREAMS", 4, -1, 2), MAY_BLOCK),
    command("xrevrange", -4, "readonly", "5.0.0", key("RO access")),
    command("xsetid", -3, "write denyoom fast", "5.0.0", key("RW update")),
    command("xtrim", -4, "write", "5.0.0", key("RW delete")),
  ],
};
