/**
 * Waiting for somebody's answer, but not for ever. What counts is the time this process really had: one that was
 * stopped, or had no processor, finds the answers that came meanwhile before it calls anybody late.
 */

/** The time is counted in so many parts, each of which lasts as long as the event loop takes to notice. */
const PARTS = 10;

/** Errors: those of `answer`, or that it takes longer than `ms`. */
export async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  let left = PARTS;
  const late = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (--left === 0) reject(new TooLate(`no answer within ${ms} ms`));
    }, ms / PARTS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearInterval(timer);
  }
}

/** There is no answer yet. */
export class TooLate extends Error {}
