/** A key that is asked for often. */
export interface HotKey {
  readonly pool: string;
  /** Bytes of the key, one character each. */
  readonly key: string;
  /** The server that owns it. */
  readonly server: string;
  /**
   * Requests for it, estimated from a sample. Those of the last minute count in full, those of the minute before it
   * half, and so on. Too high by no more than `error`, as far as the sample goes.
   */
  readonly requests: number;
  readonly error: number;
  readonly perSecond: number;
}

/** What several workers saw, as one list: most asked for first, and of each pool no more than `mostPerPool`. */
export function mergeHotKeys(keys: readonly HotKey[], mostPerPool: number): HotKey[] {
  const merged = new Map<string, HotKey>();
  for (const key of keys) {
    const name = JSON.stringify([key.pool, key.key]);
    const known = merged.get(name);
    merged.set(name, known === undefined ? key : sumOf(key, known));
  }
  const left = new Map<string, number>();
  return [...merged.values()].sort((one, other) => other.requests - one.requests).filter(({ pool }) => {
    const room = left.get(pool) ?? mostPerPool;
    left.set(pool, room - 1);
    return room > 0;
  });
}

function sumOf(one: HotKey, other: HotKey): HotKey {
  return {
    ...one,
    requests: one.requests + other.requests,
    error: one.error + other.error,
    perSecond: one.perSecond + other.perSecond,
  };
}
