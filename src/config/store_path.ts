/** The type of `store`: `file:PATH`. The scheme is there so that other kinds of store can stand beside it. */
import { quote } from "./fault.ts";
import { fromText, InvalidValue, type PlainType } from "./value.ts";
import { optional } from "./value_types.ts";

const SCHEME = "file:";

/** The path of a store in a file; null when it is left out. */
export function fileStore(): PlainType<string | null> {
  const json = { type: "string", pattern: "^file:.", examples: ["file:/var/lib/sennit/state"] };
  return optional({
    schema: fromText(readStore, json),
    label: "file:PATH",
    show: (path) => SCHEME + path,
  });
}

function readStore(text: string): string {
  if (!text.startsWith(SCHEME)) throw new InvalidValue(`${quote(text)} is not a store; write file:PATH`);
  if (text === SCHEME) throw new InvalidValue(`${quote(text)} has no path`);
  return text.slice(SCHEME.length);
}
