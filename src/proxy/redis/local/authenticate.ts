/** Checks a password against the pool's without telling by its timing how much of it was right. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { LocalCall } from "./call.ts";

/**
 * Lets the session in when `user` and `password` are the pool's.
 * Shape: the error text, empty when it was let in.
 */
export function authenticate(call: LocalCall, user: string, password: Buffer): string {
  const wanted = call.pool.config.redisAuth;
  if (wanted === null) return "ERR Client sent AUTH, but no password is set";
  const matches = timingSafeEqual(digest(Buffer.from(wanted)), digest(password));
  if (!matches || user !== "default") {
    call.pool.deniedLogins++;
    return "WRONGPASS invalid username-password pair or user is disabled.";
  }
  call.session.authenticated = true;
  return "";
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
