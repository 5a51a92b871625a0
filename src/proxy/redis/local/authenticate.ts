/** Lets clients in, or not: AUTH, and HELLO with AUTH. */
import { parseUser } from "../../../protocol/redis/acl/rules.ts";
import { DEFAULT_USER } from "../../../protocol/redis/acl/user.ts";
import { turn } from "../../../transport/turn.ts";
import { networkOf } from "../../login_throttle.ts";
import { become, sha256 } from "../users.ts";
import type { LocalCall } from "./call.ts";

const NO_PASSWORD = "ERR AUTH <password> called without any password configured for the default user. " +
  "Are you sure your configuration is correct?";
const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";

/** Takes the place of a user that doesn't exist, so that looking for one takes as long. */
const NOBODY = parseUser("", `off #${"0".repeat(64)}`);
/** Any name that no user has: what was typed there may be a password. */
const UNKNOWN_USER = "(unknown)";

/**
 * Lets the session in when `password` is the user's; null is no user's name.
 * Shape: the error text, empty when it was let in.
 */
export function authenticate(call: LocalCall, name: string | null, password: Buffer): string {
  const { session, pool, users } = call;
  if (name === null && users.default.isOpen) return NO_PASSWORD;
  const user = users.named(name ?? DEFAULT_USER);
  const known = user === undefined ? UNKNOWN_USER : user.name;
  const account = `${pool.config.name}\n${known}\n${networkOf(session.stream.peer)}`;
  const { logins } = pool.shared;
  const pauseMs = logins.pauseOf(account, turn.now);
  if (pauseMs > 0) {
    pool.counters.deniedLogins++;
    return `ERR too many wrong passwords from your address, try again in ${
      Math.ceil(pauseMs / 1000)
    } seconds`;
  }
  const digest = sha256(password);
  if ((user ?? NOBODY).accepts(digest)) {
    logins.succeeded(account);
    become(session, user!);
    return "";
  }
  pool.counters.deniedLogins++;
  const denied = logins.failed(account, digest, turn.now);
  // The first one, and ever fewer of those that follow.
  if (Number.isInteger(Math.log2(denied.attempts))) {
    pool.shared.report("login.denied", {
      pool: pool.config.name,
      client: session.stream.peer,
      user: known,
      attempts: denied.attempts,
      refused_ms: Math.round(denied.pauseMs),
    });
  }
  return WRONG_PASSWORD;
}
