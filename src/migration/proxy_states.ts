/** Waits for what proxies say of themselves in the store. */
import type { CoordinationStore } from "../coordination/mod.ts";
import { type ProxyState, readState, type SlotKeys } from "./slot_keys.ts";

/**
 * Waits until every member says what is wanted of it. Shape: those that don't within `timeoutMs`; a member that has
 * died says nothing. Errors: StoreError, or the signal's reason.
 */
export async function awaitProxies(
  store: CoordinationStore,
  keys: SlotKeys,
  isAsWanted: (state: ProxyState) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  for (;;) {
    const { revision, entries } = await store.list(keys.prefix);
    signal.throwIfAborted();
    const states = new Map(entries.flatMap(({ key, value }) => {
      const proxy = keys.nameIn("states", key);
      return proxy === null ? [] : [[proxy, readState(value)]];
    }));
    const members = entries.flatMap(({ key }) => keys.nameIn("members", key) ?? []);
    const missing = members.filter((proxy) => !states.has(proxy) || !isAsWanted(states.get(proxy)!));
    if (missing.length === 0 || until.aborted) return missing;
    await change(store, keys.prefix, revision, until);
  }
}

/** Settles when something has changed, or may have, or the signal is aborted. */
function change(store: CoordinationStore, prefix: string, after: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      end();
      signal.removeEventListener("abort", over);
      resolve();
    };
    const end = store.watch(prefix, after, { changed: over, lost: over, failed() {}, resumed() {} });
    signal.addEventListener("abort", over);
    if (signal.aborted) over();
  });
}
