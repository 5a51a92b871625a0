/** Strings seen as arrays of bits. */
import { command, type CommandGroup } from "./declaration.ts";
import { key, keys } from "./key_specs.ts";

/** Strings seen as arrays of bits. */
export const BITMAP: CommandGroup = {
  name: "bitmap",
  categories: "@bitmap",
  commands: [
    command("bitcount", -2, "readonly", "2.6.0", key("RO access")),
    command("bitfield", -2, "write denyoom", "3.2.0", key("RW access update variable_flags")),
    command("bitfield_ro", -2, "readonly fast", "6.0.0", key("RO access")),
    command("bitop", -4, "write denyoom", "2.6.0", [key("OW update", 2), keys("RO access", 3, -1)]),
    command("bitpos", -3, "readonly", "2.8.7", key("RO access")),
    command("getbit", 3, "readonly fast", "2.2.0", key("RO access")),
    command("setbit", 4, "write denyoom", "2.2.0", key("RW access update")),
  ],
};
