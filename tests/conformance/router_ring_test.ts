import type { HashName } from "../../src/hash/mod.ts";
import { createRing, DISTRIBUTIONS } from "../../src/routing/ring/ring.ts";
import { routerConformance } from "./router_conformance.ts";

const SERVERS = [1, 3, 2, 1, 1].map((weight, i) => ({ name: `server${i}`, weight }));
const HASHES: readonly HashName[] = ["md5", "fnv1a_64", "one_at_a_time"];

for (const distribution of DISTRIBUTIONS) {
  // To draw a server, no key is hashed.
  for (const hash of distribution === "random" ? HASHES.slice(0, 1) : HASHES) {
    for (const hashTag of [null, "{}"]) {
      let draws = 0;
      routerConformance(`${distribution} of ${hash}, hash tag ${hashTag ?? "none"}`, {
        keyed: distribution !== "random",
        serverCount: SERVERS.length,
        make: (live, epoch) => {
          const random = (n: number) => draws++ % n;
          return createRing({ distribution, hash, hashTag, servers: SERVERS, live, epoch, random });
        },
      });
    }
  }
}
