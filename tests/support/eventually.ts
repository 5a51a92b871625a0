/** Waiting for a condition, with a deadline, in place of sleeping for a time that is hoped to be enough. */

const POLL_MS = 5;

/** What `eventually` may be told. */
export interface EventuallyOptions {
  /** How long the condition may take; 5000 when not given. */
  timeoutMs?: number;
}

/**
 * Polls `check` until it gives something truthy without throwing, and gives that.
 *
 * Errors: throws when that doesn't happen in time, with `what` and what the last try gave or threw.
 */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  { timeoutMs = 5000 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last = "the first try is still running";
  for (;;) {
    try {
      const result = await within(deadline, check);
      if (result) return result;
      last = `last it gave ${Bun.inspect(result)}`;
    } catch (error) {
      if (error !== TOO_LATE) last = `last it threw ${error}`;
    }
    if (performance.now() >= deadline) throw new Error(`${what}: not so within ${timeoutMs} ms; ${last}`);
    await Bun.sleep(POLL_MS);
  }
}

const TOO_LATE = new Error("too late");

async function within<T>(deadline: number, check: () => T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(TOO_LATE), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
