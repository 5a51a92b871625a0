/** A request that took longer than the threshold. All durations are milliseconds, and add up to the total. */
export interface SlowRequest {
  /** Never given to another slow request of the instance. */
  readonly id: number;
  /** When it was complete; milliseconds since 1970. */
  readonly at: number;
  readonly pool: string;
  /** The server that was asked. A split request has an entry for each slow server. */
  readonly server: string;
  readonly client: string;
  readonly command: string;
  /** Bytes of its first key, one character each, cut to 128; empty when it has none. */
  readonly key: string;
  /** Why the proxy answered it with an error, such as that it took too long; empty when the server replied. */
  readonly failure: string;
  readonly totalMs: number;
  /** Until it was written to the server. */
  readonly queueMs: number;
  /** From there until its reply was here. */
  readonly serverMs: number;
  /** From there until it was in the client's outbox, behind the replies of earlier requests. */
  readonly deliveryMs: number;
}
