import { createHash } from "node:crypto";

/** What Redis calls a script by: the SHA-1 of its text, in lower-case hexadecimal. */
export function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
