/** Arguments made from strings, for tests. */
import type { Arguments } from "../../../../src/protocol/arguments.ts";

/** The words as a request's arguments; each begins at an offset of its own, as in a real request. */
export function textArguments(...words: readonly string[]): Arguments {
  const buffers = words.map((word, i) => Buffer.from(" ".repeat(i) + word + "\r\n", "latin1"));
  return {
    count: words.length,
    bytesOf: (index) => buffers[index]!,
    start: (index) => index,
    end: (index) => index + words[index]!.length,
  };
}
