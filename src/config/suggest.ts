/** "Did you mean …?": finds the known name closest to a misspelt one. */

/** A misspelt word longer than this is not a typing error; comparing it would only cost time. */
const LONGEST_WORD = 64;

/** A shorter beginning fits too many names. */
const SHORTEST_BEGINNING = 4;

/**
 * The known name that `word` most likely stands for, or null when none is close.
 *
 * Shape: case, `_` and `-` don't count as differences; beyond them one edit (insertion, deletion, substitution
 * or swap of neighbours) per three letters is forgiven. A beginning of four letters or more counts as one edit
 * away from the whole. Of equally close names the first one wins.
 */
export function suggest(word: string, known: Iterable<string>): string | null {
  if (word.length > LONGEST_WORD) return null;
  const wanted = bare(word);
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of known) {
    const isBeginning = wanted.length >= SHORTEST_BEGINNING && bare(name).startsWith(wanted);
    const edits = Math.min(editDistance(wanted, bare(name)), isBeginning ? 1 : Infinity);
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  return best;
}

/** The end of a message about an unknown `word`: `; did you mean "…"?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const name = suggest(word, known);
  return name === null ? "" : `; did you mean "${name}"?`;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, "");
}

/**
 * Number of insertions, deletions, substitutions and swaps of neighbouring letters that turn `a` into `b`.
 *
 * Source: optimal string alignment distance (Damerau 1964, restricted form), three rows of its table at a time.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let fewest = Math.min(substituted, last[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) fewest = Math.min(fewest, beforeLast[j - 2]! + 1);
      row.push(fewest);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
