/** Sorted sets seen as maps. */
import type { KeySpec } from "../command.ts";
import { command, type CommandGroup } from "./declaration.ts";
import { after, key } from "./key_specs.ts";

/** `STORE key` and `STOREDIST key`, somewhere from argument `from` on. */
function storeAfter(from: number): KeySpec[] {
  return [after("OW update", "STORE", from, 0, 0), after("OW update", "STOREDIST", from, 0, 0)];
}

/** Sorted sets seen as maps. */
export const GEO: CommandGroup = {
  name: "geo",
  categories: "@geo",
  commands: [
    command("geoadd", -5, "write denyoom", "3.2.0", key("RW update")),
    command("geodist", -4, "readonly", "3.2.0", key("RO access")),
    command("geohash", -2, "readonly", "3.2.0", key("RO access")),
    command("geopos", -2, "readonly", "3.2.0", key("RO access")),
    command("georadius", -6, "write denyoom", "3.2.0", [key("RO access"), ...storeAfter(6)]),
    command("georadius_ro", -6, "readonly", "3.2.10", key("RO access")),
    command("georadiusbymember", -5, "write denyoom", "3.2.0", [key("RO access"), ...storeAfter(5)]),
    command("georadiusbymember_ro", -5, "readonly", "3.2.10", key("RO access")),
    command("geosearch", -7, "readonly", "6.2.0", key("RO access")),
    command("geosearchstore", -8, "write denyoom", "6.2.0", [key("OW update"), key("RO access", 2)]),
  ],
};
