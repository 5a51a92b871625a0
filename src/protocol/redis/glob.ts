/** The patterns of KEYS, SCAN MATCH and COMMAND LIST: `*`, `?`, `[a-z]`, `[^a]`, and a backslash before any of them. */

/**
 * True when all of `text` matches the pattern.
 *
 * Cost: at most the product of both lengths; a pattern of many stars can't make it exponential.
 * Source: redis.io/commands/keys.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      starAt = p++;
      starText = t;
      continue;
    }
    const width = p < pattern.length ? matchOne(pattern, p, text[t]!) : 0;
    if (width > 0) {
      p += width;
      t++;
    } else if (starAt >= 0) {
      // The last star takes one character more; an earlier one never has to.
      p = starAt + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Length of the pattern element at `p` if it matches the character, else 0. */
function matchOne(pattern: string, p: number, char: string): number {
  switch (pattern[p]) {
    case "?":
      return 1;
    case "[":
      return matchClass(pattern, p, char);
    case "\\":
      if (p + 1 < pattern.length) return pattern[p + 1] === char ? 2 : 0;
  }
  return pattern[p] === char ? 1 : 0;
}

/** As `matchOne`, for `[...]`. A class that is never closed reaches to the end of the pattern. */
function matchClass(pattern: string, start: number, char: string): number {
  let p = start + 1;
  const negated = pattern[p] === "^";
  if (negated) p++;
  let found = false;
  while (p < pattern.length && pattern[p] !== "]") {
    if (pattern[p] === "\\" && p + 1 < pattern.length) p++;
    const low = pattern[p]!;
    if (pattern[p + 1] === "-" && p + 2 < pattern.length) {
      const high = pattern[p + 2]!;
      found ||= low <= high ? char >= low && char <= high : char >= high && char <= low;
      p += 3;
    } else {
      found ||= char === low;
      p++;
    }
  }
  return found !== negated ? Math.min(p + 1, pattern.length) - start : 0;
}
