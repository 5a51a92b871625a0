/** Arrays (Redis 8.8). */
import { command, type CommandGroup } from "./declaration.ts";
import { key } from "./key_specs.ts";

/** Arrays (Redis 8. */
export const ARRAY: CommandGroup = {
  name: "array",
  categories: "@array",
  commands: [
    command("arcount", 2, "readonly fast", "8.8.0", key("RO access")),
    command("ardel", -3, "write fast", "8.8.0", key("RW delete")),
    command("ardelrange", -4, "write", "8.8.0", key("RW delete")),
    command("arget", 3, "readonly fast", "8.8.0", key("RO access")),
    command("argetrange", 4, "readonly", "8.8.0", key("RO access")),
    command("argrep", -6, "readonly", "8.8.0", key("RO access")),
    command("arinfo", -2, "readonly", "8.8.0", key("RO access")),
    command("arinsert", -3, "write denyoom fast", "8.8.0", key("RW update")),
    command("arlastitems", -3, "readonly", "8.8.0", key("RO access")),
    command("arlen", 2, "readonly fast", "8.8.0", key("RO access")),
    command("armget", -3, "readonly fast", "8.8.0", key("RO access")),
    command("armset", -4, "write denyoom fast", "8.8.0", key("RW update")),
    command("arnext", 2, "readonly fast", "8.8.0", key("RO access")),
    command("arop", -5, "readonly", "8.8.0", key("RO access")),
    command("arring", -4, "write denyoom", "8.8.0", key("RW update")),
    command("arscan", -4, "readonly", "8.8.0", key("RO access")),
    command("arseek", 3, "write fast", "8.8.0", key("RW update")),
    command("arset", -4, "write denyoom fast", "8.8.0", key("RW update")),
  ],
};
