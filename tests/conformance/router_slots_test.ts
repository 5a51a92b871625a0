import { NO_SERVER } from "../../src/routing/router.ts";
import { SLOT_HASHES, SlotHash } from "../../src/routing/slots/slot_hash.ts";
import { SlotRouter } from "../../src/routing/slots/slot_router.ts";
import { routerConformance } from "./router_conformance.ts";

for (const hash of SLOT_HASHES) {
  routerConformance(`slots by ${hash}`, {
    keyed: true,
    serverCount: 4,
    make: (live, epoch) => {
      const owning = live.flatMap((isLive, server) => isLive ? [server] : []);
      const { count } = new SlotHash(hash);
      const owners = Array.from({ length: count }, (_, slot) => owning[slot % owning.length] ?? NO_SERVER);
      return new SlotRouter({ hash, owners, epoch });
    },
  });
}
