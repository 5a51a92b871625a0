/** The rules about listening: no two listeners on one address, and no open admin endpoint beyond this machine. */
import { type Address, formatAddress, type TcpAddress } from "./address.ts";
import { type Findings, type Position, quote } from "./fault.ts";
import type { ConfigForm } from "./option.ts";
import { ADMIN_OPTIONS } from "./instance_options.ts";
import { blame, type InstanceDraft, type PoolDraft } from "./draft.ts";
import { pathOf, placeIn } from "./section.ts";

const ADMIN_PATH = pathOf("admin", ADMIN_OPTIONS.listen.key);

/** A listener that has its address. */
interface Claim {
  readonly address: Address;
  readonly owner: string;
  /** Whether it lets others have the address, too, if they do the same. */
  readonly shares: boolean;
}

/** Checks that no two listeners of the file want one address: of the pools, and the admin endpoint's. */
export function checkListeners(
  pools: readonly PoolDraft[],
  instance: InstanceDraft,
  form: ConfigForm,
  findings: Findings,
): void {
  const claims: Claim[] = [];
  for (const pool of pools) {
    const address = pool.values.listen;
    if (!address) continue;
    const claim = { address, owner: pool.path, shares: pool.values.reusePort === true };
    const other = claims.find((earlier) => collides(earlier, claim));
    if (other) blame(pool, "listen", describeCollision(claim, other), findings);
    else claims.push(claim);
  }
  checkAdminListener(pools, claims, instance, form, findings);
}

/** The default is blamed on the pool: that is what stands in the file. */
function checkAdminListener(
  pools: readonly PoolDraft[],
  claims: readonly Claim[],
  { values, written }: InstanceDraft,
  form: ConfigForm,
  findings: Findings,
): void {
  const address = values.admin?.listen;
  if (!address) return;
  const admin = { address, owner: "the admin endpoint, by default", shares: false };
  const other = claims.find((claim) => collides(claim, admin));
  if (!other) return;
  const at = placeIn(written.admin, ADMIN_OPTIONS.listen.key);
  if (at) return findings.fault(at, ADMIN_PATH, describeCollision(admin, other));
  const pool = pools.find(({ path }) => path === other.owner)!;
  const remedy = form === "sennit"
    ? "move one of them, or write admin: { listen: off }"
    : "move the pool, or write the file with pools:, where admin.listen can be set";
  blame(pool, "listen", `${describeCollision(other, admin)}; ${remedy}`, findings);
}

/** Checks that the admin endpoint asks for a token where others than this machine's users reach it. */
export function checkAdmin({ values, written }: InstanceDraft, findings: Findings): void {
  const { listen, tokenFile } = values.admin ?? {};
  if (!listen || tokenFile !== null || isLoopback(listen)) return;
  const at: Position = placeIn(written.admin, ADMIN_OPTIONS.listen.key)!;
  const reason = `${
    quote(formatAddress(listen))
  } is reached from other machines, so admin needs a token_file`;
  findings.fault(at, ADMIN_PATH, `${reason}; without one, listen on 127.0.0.1 or on a unix socket`);
}

function describeCollision(late: Claim, early: Claim): string {
  const [wanted, taken] = [formatAddress(late.address), formatAddress(early.address)];
  if (wanted === taken) return `${quote(wanted)} is already taken by ${early.owner}`;
  return `${quote(wanted)} overlaps with ${quote(taken)}, which is already taken by ${early.owner}`;
}

function collides(one: Claim, other: Claim): boolean {
  const [a, b] = [one.address, other.address];
  if (a.kind === "unix" || b.kind === "unix") return formatAddress(a) === formatAddress(b);
  if (a.port !== b.port) return false;
  if (sameHost(a.host, b.host)) return true;
  // Linux lets a listener on every address stand beside one on a single address when both agree to it.
  return !(one.shares && other.shares) && (takesIn(a, b) || takesIn(b, a));
}

function sameHost(one: string, other: string): boolean {
  return canonicalHost(one) === canonicalHost(other);
}

/** Whether a listener on `wide` gets the connections to `narrow`: `::` does for IPv4, too. */
function takesIn(wide: TcpAddress, narrow: TcpAddress): boolean {
  const host = canonicalHost(wide.host);
  return host === "::" || (host === "0.0.0.0" && !narrow.host.includes(":"));
}

/** Of the ways to write one address, always the same. A zone stays as it is. */
function canonicalHost(host: string): string {
  if (!host.includes(":") || host.includes("%")) return host.toLowerCase();
  return new URL(`http://[${host}]`).hostname.slice(1, -1);
}

/** IPv4's, as itself and inside of IPv6. */
const LOOPBACK_NETWORK = /^127(\.\d+){3}$|^::ffff:7f[0-9a-f]{2}:[0-9a-f]+$/;

function isLoopback(address: Address): boolean {
  if (address.kind === "unix") return true;
  const host = canonicalHost(address.host);
  return host === "localhost" || host === "::1" || LOOPBACK_NETWORK.test(host);
}
