/** How long a client is kept waiting for servers that don't answer what the proxy itself asks them. */

/** Nobody waits longer. Units: milliseconds. */
export const PATIENCE_MS = 1000;

/** What comes of `work`; null when it takes longer than anybody waits. */
export async function inTime<T>(work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), PATIENCE_MS)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
