/**
 * Vector sets, a module that comes with Redis 8. The server states neither arity nor access for a module's commands;
 * arities here are the fewest arguments that make sense, and keys are said to be read only where they are.
 */
import { command, type CommandGroup } from "./declaration.ts";
import { key } from "./key_specs.ts";

/** Vector sets. */
export const VECTOR_SET: CommandGroup = {
  name: "vector_set",
  categories: "",
  commands: [
    command("vadd", -5, "write denyoom module", "8.0.0", key("RW access update")),
    command("vcard", 2, "readonly module fast", "8.0.0", key("RO access")),
    command("vdim", 2, "readonly module fast", "8.0.0", key("RO access")),
    command("vemb", -3, "readonly module fast", "8.0.0", key("RO access")),
    command("vgetattr", 3, "readonly module fast", "8.0.0", key("RO access")),
    command("vinfo", 2, "readonly module fast", "8.0.0", key("RO access")),
    command("vismember", 3, "readonly module", "8.0.0", key("RO access")),
    command("vlinks", -3, "readonly module fast", "8.0.0", key("RO access")),
    command("vrandmember", -2, "readonly module", "8.0.0", key("RO access")),
    command("vrange", -4, "readonly module", "8.4.0", key("RO access")),
    command("vrem", 3, "write module", "8.0.0", key("RW access update")),
    command("vsetattr", 4, "write module fast", "8.0.0", key("RW access update")),
    command("vsim", -4, "readonly module", "8.0.0", key("RO access")),
  ],
};
