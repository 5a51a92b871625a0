/** A request's arguments as the command table, the key finder and the local answers see them. */

/**
 * The arguments of one request, the command's name being argument 0.
 *
 * Shape: argument `i` is the bytes `bytesOf(i)[start(i), end(i))`. The bytes belong to whoever received them and
 * are valid only while the request is being served.
 */
export interface Arguments {
  /** Number of arguments, the command's name included. */
  readonly count: number;
  /** The buffer that holds argument `index` in one piece. */
  bytesOf(index: number): Uint8Array;
  /** Where argument `index` begins in its buffer. */
  start(index: number): number;
  /** Where argument `index` ends in its buffer, exclusive. */
  end(index: number): number;
}

/**
 * True when argument `index` is the word, in any case. The word is upper case letters.
 *
 * Cost: no allocation.
 */
export function isWord(args: Arguments, index: number, word: string): boolean {
  const start = args.start(index);
  if (args.end(index) - start !== word.length) return false;
  const bytes = args.bytesOf(index);
  for (let i = 0; i < word.length; i++) {
    const letter = word.charCodeAt(i);
    const byte = bytes[start + i]!;
    if (byte !== letter && byte !== (letter | 0x20)) return false;
  }
  return true;
}

/** The request that begins at argument `offset` of another. */
export function behind(args: Arguments, offset: number): Arguments {
  return {
    count: args.count - offset,
    bytesOf: (index) => args.bytesOf(index + offset),
    start: (index) => args.start(index + offset),
    end: (index) => args.end(index + offset),
  };
}

/** Arguments that have been copied. */
export function copiedArguments(args: readonly Uint8Array[]): Arguments {
  return {
    count: args.length,
    bytesOf: (index) => args[index]!,
    start: () => 0,
    end: (index) => args[index]!.length,
  };
}

/** Argument `index` as text, one character per byte. */
export function textOf(args: Arguments, index: number): string {
  return Buffer.from(args.bytesOf(index).subarray(args.start(index), args.end(index))).toString("latin1");
}
