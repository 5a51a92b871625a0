/** From the bytes of a word to what it stands for, among a few words known beforehand. */

/** A few words. Those that are given first are found first. */
export class WordTable<T> {
  /** Words that have so many letters. */
  readonly #byLength: readonly (readonly { readonly word: Uint8Array; readonly meaning: T }[])[];

  constructor(meanings: readonly (readonly [word: string, meaning: T])[]) {
    const longest = Math.max(...meanings.map(([word]) => word.length));
    this.#byLength = Array.from(
      { length: longest + 1 },
      (_, length) =>
        meanings.filter(([word]) => word.length === length)
          .map(([word, meaning]) => ({ word: Buffer.from(word), meaning })),
    );
  }

  /** What `bytes[start, end)` stands for, or null when it is none of the words. Cost: no allocation. */
  find(bytes: Uint8Array, start: number, end: number): T | null {
    const length = end - start;
    if (length >= this.#byLength.length) return null;
    const candidates = this.#byLength[length]!;
    for (let i = 0; i < candidates.length; i++) {
      const { word, meaning } = candidates[i]!;
      let at = 0;
      while (at < length && bytes[start + at] === word[at]) at++;
      if (at === length) return meaning;
    }
    return null;
  }
}
