import { MemoryPlace, MemoryStore } from "../support/memory_store.ts";
import { storeConformance } from "./store_conformance.ts";

storeConformance("a store in memory", () => {
  const place = new MemoryPlace();
  return Promise.resolve({
    open: () => new MemoryStore(place),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
