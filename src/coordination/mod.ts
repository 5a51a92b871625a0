/** Coordination: where an instance keeps what must survive it. Other folders import from here. */
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
