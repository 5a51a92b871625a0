/** A key that is asked for often. */
export interface HotKey {
  readonly pool: string;
  /** Bytes of the key, one character each. */
  readonly key: string;
  /** The server that owns it. */
  readonly server: string;
  /** Requests for it, estimated from the sample; never below the truth by more than `error`. */
  readonly requests: number;
  readonly error: number;
}

/** What several workers saw, as one list: most asked for first. */
export function mergeHotKeys(keys: readonly HotKey[]): HotKey[] {
  const merged = new Map<string, HotKey>();
  for (const key of keys) {
    const name = JSON.stringify([key.pool, key.key]);
    const known = merged.get(name);
    const [requests, error] = [key.requests + (known?.requests ?? 0), key.error + (known?.error ?? 0)];
    merged.set(name, { ...key, requests, error });
  }
  return [...merged.values()].sort((one, other) => other.requests - one.requests);
}
