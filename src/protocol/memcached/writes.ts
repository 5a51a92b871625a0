/**
 * Which requests change what is stored. `mg` reads, unless its flags make an item where there is none (N), give one a
 * new expiry (T), or make the client the one that stores it anew (R).
 */
import type { Arguments } from "../arguments.ts";
import { type Command, flagsAt } from "./command.ts";

const READING: ReadonlySet<string> = new Set([
  "get",
  "gets",
  "me",
  "mn",
  "version",
  "stats",
  "verbosity",
  "quit",
  "shutdown",
]);
const WRITING_FLAGS: ReadonlySet<number> = new Set(Buffer.from("NTR"));

/** Whether a request for `command`, whose words are `request`, may change something. */
export function mayWrite(command: Command, request: Arguments): boolean {
  if (command.name !== "mg") return !READING.has(command.name);
  for (let i = flagsAt(command); i < request.count; i++) {
    if (WRITING_FLAGS.has(request.bytesOf(i)[request.start(i)]!)) return true;
  }
  return false;
}
