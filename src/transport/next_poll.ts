/** Waiting until the event loop has looked at everything that had happened before. */

/** Resolves when all sockets that are ready by now have been read, and all connections that wait have been accepted. */
export function nextPoll(): Promise<void> {
  // What became ready after this turn had polled is found by the next one's poll.
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
