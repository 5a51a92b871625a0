/** Tells whether a request names a database of its own, beside the one its session has selected. */
import { type Arguments, isWord } from "../arguments.ts";
import type { Command } from "./command.ts";

/** What a client is told that asks for it. */
export const ON_TWO_DATABASES = "ERR COPY with DB works on two databases, and this pool keeps them apart";
/** Where the options of COPY begin, behind its two keys. */
const COPY_OPTIONS = 3;

/** True for COPY with DB. */
export function namesDatabase(command: Command, args: Arguments): boolean {
  if (command.name !== "copy") return false;
  for (let i = COPY_OPTIONS; i < args.count; i++) {
    if (isWord(args, i, "DB")) return true;
  }
  return false;
}
