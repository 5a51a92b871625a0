/** The store: a server for Redis's clients that keeps its data in an SQL database. */
export { DURABILITIES, type Durability } from "./engine/engine.ts";
export { ENGINE_FORMS } from "./engine/open_engine.ts";
export { PROTOCOLS, type StoreOptions, type StoreProtocol, StoreServer } from "./store_server.ts";
