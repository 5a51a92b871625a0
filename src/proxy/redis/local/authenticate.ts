/** Checks a password against the pool's without telling by its timing how much of it was right. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { LocalCall } from "./call.ts";

const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";

/**
 * Lets the session in when `user` and `password` are the pool's; null is no user's name.
 * Shape: the error text, empty when it was let in.
 */
export function authenticate(call: LocalCall, user: string | null, password: Buffer): string {
  const wanted = call.pool.config.redisAuth;
  if (wanted === null && user === null) return "ERR Client sent AUTH, but no password is set";
  // The default user without a password takes any.
  if (wanted === null && user === "default") return "";
  if (wanted === null) return WRONG_PASSWORD;
  const matches = timingSafeEqual(digest(Buffer.from(wanted)), digest(password));
  if (!matches || (user ?? "default") !== "default") {
    call.pool.deniedLogins++;
    return WRONG_PASSWORD;
  }
  call.session.authenticated = true;
  return "";
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
