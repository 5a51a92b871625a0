/** Coordination: where an instance keeps what must survive it, and what instances share. Other folders import from here. */
export { type Archive, exportStore, readArchive, restoreStore } from "./archive.ts";
export {
  type Change,
  type Compare,
  type CoordinationStore,
  type CoordinationWatcher,
  type Entry,
  type Lease,
  type Listing,
  type Operation,
  type Outcome,
} from "./coordination_store.ts";
export { campaign, type Candidate, Leadership } from "./election.ts";
export { EtcdCoordination } from "./etcd/etcd_coordination.ts";
export {
  compareFences,
  type Fence,
  FenceGate,
  formatFence,
  GENERATION_KEY,
  NO_FENCE,
  parseFence,
  readGeneration,
} from "./fence.ts";
export { FileCoordination } from "./file_coordination.ts";
export { FileStore } from "./file_store.ts";
export { watchFile } from "./file_watch.ts";
export {
  type Store,
  type StoredDocument,
  StoreError,
  type StoreErrorKind,
  type StoreWatcher,
  type Version,
} from "./store.ts";
export { openStore, parseStorePlace, type StoreLogin, type StorePlace } from "./store_url.ts";
