/** The rules about who may connect and what for that need more than one option of a pool. */
import { blame, type PoolDraft, speaksRedis } from "./draft.ts";
import type { Findings } from "./fault.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf, placeIn } from "./section.ts";

/** The user that a client is before it says who it is; its password is `redis_auth`. */
const DEFAULT_USER = "default";

/** Checks the options about security within one pool. */
export function checkSecurity(pool: PoolDraft, findings: Findings): void {
  checkLogins(pool, findings);
  checkDefaultUser(pool, findings);
  checkServerCertificate(pool, findings);
}

/** memcached's text protocol has no login. */
function checkLogins(pool: PoolDraft, findings: Findings): void {
  if (speaksRedis(pool) !== false) return;
  const { redisAuth, users, backendAuth } = pool.values;
  if (redisAuth != null) blame(pool, "redisAuth", "only a Redis pool takes a password", findings);
  if (users != null) blame(pool, "users", "only a Redis pool has users", findings);
  if (backendAuth != null) blame(pool, "backendAuth", "only a Redis pool takes a password", findings);
}

function checkDefaultUser(pool: PoolDraft, findings: Findings): void {
  const { redisAuth, users } = pool.values;
  if (redisAuth == null || !users?.some(({ name }) => name === DEFAULT_USER)) return;
  const path = pathOf(pathOf(pool.path, POOL_OPTIONS.users.key), DEFAULT_USER);
  const at = placeIn(pool.written.users, DEFAULT_USER) ?? pool.at;
  findings.fault(at, path, "this user has its password from redis_auth; leave one of the two out");
}

function checkServerCertificate(pool: PoolDraft, findings: Findings): void {
  const values = pool.values.serverTls;
  if (!values || (values.cert === null) === (values.key === null)) return;
  const [given, missing] = values.cert === null ? ["key", "cert"] : ["cert", "key"];
  const path = pathOf(pathOf(pool.path, POOL_OPTIONS.serverTls.key), given);
  const at = placeIn(pool.written.serverTls, given) ?? pool.at;
  findings.fault(at, path, `a certificate and its key go together; "${missing}" is missing`);
}
