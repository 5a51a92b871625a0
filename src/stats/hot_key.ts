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
