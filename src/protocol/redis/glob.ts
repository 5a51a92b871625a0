/**
 * The patterns of KEYS, SCAN MATCH, COMMAND LIST and users' rules: `*`, `?`, `[a-z]`, `[^a]`, and a backslash before
 * any of them. Redis compares bytes, so this does.
 */

const STAR = 42;
const QUESTION_MARK = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CARET = 94;
const DASH = 45;

/** As `matchesPattern`, for texts. */
export function matchesGlob(pattern: string, text: string): boolean {
  const bytes = Buffer.from(text);
  return matchesPattern(Buffer.from(pattern), bytes, 0, bytes.length);
}

/**
 * True when all of `text[start, end)` matches the pattern.
 *
 * Cost: no allocation; at most the product of both lengths: a pattern of many stars can't make it exponential.
 * Source: redis.io/commands/keys.
 */
export function matchesPattern(pattern: Uint8Array, text: Uint8Array, start: number, end: number): boolean {
  const length = pattern.length;
  let p = 0;
  let t = start;
  let starAt = -1;
  let starText = start;
  while (t < end) {
    if (p < length && pattern[p] === STAR) {
      starAt = p++;
      // Whatever is left is the star's.
      if (p === length) return true;
      starText = t;
      continue;
    }
    const width = p < length ? matchOne(pattern, p, text[t]!) : 0;
    if (width > 0) {
      p += width;
      t++;
    } else if (starAt >= 0) {
      // The last star takes one byte more; an earlier one never has to.
      p = starAt + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (p < length && pattern[p] === STAR) p++;
  return p === length;
}

/** Length of the pattern element at `p` if it matches the byte, else 0. */
function matchOne(pattern: Uint8Array, p: number, byte: number): number {
  switch (pattern[p]) {
    case QUESTION_MARK:
      return 1;
    case OPEN:
      return matchClass(pattern, p, byte);
    case BACKSLASH:
      if (p + 1 < pattern.length) return pattern[p + 1] === byte ? 2 : 0;
  }
  return pattern[p] === byte ? 1 : 0;
}

/** As `matchOne`, for `[...]`. A class that is never closed reaches to the end of the pattern. */
function matchClass(pattern: Uint8Array, start: number, byte: number): number {
  let p = start + 1;
  const negated = pattern[p] === CARET;
  if (negated) p++;
  let found = false;
  while (p < pattern.length && pattern[p] !== CLOSE) {
    const low = pattern[p]!;
    if (low === BACKSLASH && p + 1 < pattern.length) {
      // An escaped byte begins no range.
      found ||= byte === pattern[p + 1];
      p += 2;
    } else if (pattern[p + 1] === DASH && p + 2 < pattern.length) {
      const high = pattern[p + 2]!;
      found ||= low <= high ? byte >= low && byte <= high : byte >= high && byte <= low;
      p += 3;
    } else {
      found ||= byte === low;
      p++;
    }
  }
  return found !== negated ? Math.min(p + 1, pattern.length) - start : 0;
}
