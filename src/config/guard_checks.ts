/** The rules about guard rails that need more than one option of a pool: which commands and users there are. */
import { COMMANDS as MEMCACHED_COMMANDS } from "../protocol/memcached/command_table.ts";
import { denyFault } from "../protocol/redis/deny_list.ts";
import { COMMANDS as REDIS_COMMANDS } from "../protocol/redis/command_table.ts";
import { isOfModule } from "../protocol/redis/learned/module_name.ts";
import { blame, type PoolDraft, speaksRedis } from "./draft.ts";
import { type Findings, quote } from "./fault.ts";
import { EACH_USER } from "./guard_options.ts";
import { POOL_OPTIONS } from "./pool_options.ts";
import { pathOf } from "./section.ts";
import { didYouMean } from "./suggest.ts";

/** The user of clients that are nobody else; in a pool without users, everybody. */
const DEFAULT_USER = "default";

const REDIS_NAMES: ReadonlySet<string> = new Set(REDIS_COMMANDS.map(({ name }) => name));

/** Checks the guard rails of one pool. */
export function checkGuards(pool: PoolDraft, findings: Findings): void {
  checkDenied(pool, findings);
  checkRenames(pool, findings);
  checkRates(pool, "requestsPerSecond", findings);
  checkRates(pool, "bytesPerSecond", findings);
}

function checkDenied(pool: PoolDraft, findings: Findings): void {
  const list = pool.written.deny;
  const isRedis = speaksRedis(pool);
  if (list?.kind !== "list" || isRedis === undefined) return;
  for (const [index, item] of list.items.entries()) {
    if (item.kind !== "text" || item.text === "") continue;
    const entry = item.text.toLowerCase();
    const fault = isRedis ? denyFault(entry, declaredIn(pool)) : memcachedFault(entry);
    if (fault === null) continue;
    const path = `${pathOf(pool.path, POOL_OPTIONS.deny.key)}[${index}]`;
    findings.fault(item.at, path, `${quote(item.text)} ${fault.reason}${didYouMean(item.text, fault.known)}`);
  }
}

/** Names of commands that the pool declares, in lower case. */
function declaredIn({ values }: PoolDraft): string[] {
  return (values.commands ?? []).map(({ name }) => name.toLowerCase());
}

function memcachedFault(entry: string): { reason: string; known: readonly string[] } | null {
  const known = MEMCACHED_COMMANDS.map(({ name }) => name);
  return known.includes(entry) ? null : { reason: "is not a command of memcached", known };
}

/** Every command has one name at most, and every name means one command. */
function checkRenames(pool: PoolDraft, findings: Findings): void {
  const map = pool.written.rename;
  if (map?.kind !== "map") return;
  if (speaksRedis(pool) === false) {
    blame(pool, "rename", "only a Redis pool renames commands", findings);
    return;
  }
  const seen = new Set<string>();
  const renames = new Map<string, string>();
  const known = new Set([...REDIS_NAMES, ...declaredIn(pool)]);
  for (const [key, { value }] of map.entries) {
    renames.set(key.toLowerCase(), value.kind === "text" ? value.text.toLowerCase() : "");
  }
  for (const [key, { keyAt, value }] of map.entries) {
    const path = `${pathOf(pool.path, POOL_OPTIONS.rename.key)}: ${key}`;
    const name = key.toLowerCase();
    const nameFault = seen.has(name) ? `${quote(name)} is renamed twice` : faultOfName(key, known);
    if (nameFault !== "") findings.fault(keyAt, path, nameFault);
    const newNameFault = faultOfNewName(name, renames, known);
    if (newNameFault !== "") findings.fault(value.at, path, newNameFault);
    seen.add(name);
  }
}

function faultOfName(key: string, known: ReadonlySet<string>): string {
  const name = key.toLowerCase();
  const [container = ""] = name.split("|");
  if (known.has(name) || isOfModule(name)) return "";
  if (name.includes("|") && (known.has(container) || isOfModule(container))) {
    return `a subcommand has no name of its own; rename ${quote(container)}, or deny ${quote(name)}`;
  }
  return `${quote(key)} is not a command${didYouMean(key, known)}`;
}

function faultOfNewName(
  name: string,
  renames: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): string {
  const newName = renames.get(name)!;
  if (newName === "") return "";
  if (newName === name) return `${quote(newName)} is its name already`;
  const [first = name] = [...renames].find(([, each]) => each === newName) ?? [];
  if (first !== name) return `${quote(newName)} is already the new name of ${quote(first)}`;
  const isTaken = known.has(newName) && !renames.has(newName);
  return isTaken ? `${quote(newName)} is the name of another command` : "";
}

/** A rate for nobody would limit nobody. */
function checkRates(
  pool: PoolDraft,
  field: "requestsPerSecond" | "bytesPerSecond",
  findings: Findings,
): void {
  const map = pool.written[field];
  const { users } = pool.values;
  if (map?.kind !== "map" || users === undefined) return;
  const known = [DEFAULT_USER, ...(users ?? []).map(({ name }) => name)];
  for (const [user, { keyAt }] of map.entries) {
    if (user === EACH_USER || known.includes(user)) continue;
    const path = pathOf(pool.path, POOL_OPTIONS[field].key);
    const hint = didYouMean(user, known) ||
      `; write ${DEFAULT_USER} for clients that are no other user, "${EACH_USER}" for each user not named`;
    findings.fault(keyAt, path, `${quote(user)} is not a user of this pool${hint}`);
  }
}
