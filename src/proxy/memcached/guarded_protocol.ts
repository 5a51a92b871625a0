/** Memcached in a pool with guard rails: commands that are refused, and limits of what its clients may ask. */
import type { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import { mayWrite } from "../../protocol/memcached/writes.ts";
import type { Pool } from "../pool.ts";
import type { Session } from "../session.ts";
import { MemcachedProtocol } from "./memcached_protocol.ts";

/** memcached's text protocol has no users: its clients are together this one. */
const EVERYBODY = "default";

/** Memcached on both sides of one pool, but not all of it, or not at any speed. */
class GuardedMemcached extends MemcachedProtocol {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super(pool);
    this.#pool = pool;
  }

  override admit(session: Session): void {
    session.client.allowance = this.#pool.throttle.allowanceOf(session, EVERYBODY);
  }

  override serve(session: Session, request: RequestScanner): void {
    const { allowance } = session.client;
    if (allowance !== null && !allowance.admits(request.to - request.from)) {
      session.putBack(request.copy());
      return;
    }
    if (request.error === "") request.error = this.#refusal(request);
    super.serve(session, request);
  }

  /** As a client reads it; empty when the request may be served. */
  #refusal(request: RequestScanner): string {
    const { deny, readOnly, name } = this.#pool.config;
    const command = request.command!;
    if (deny.includes(command.name)) {
      this.#pool.counters.deniedCommands++;
      return `SERVER_ERROR ${command.name} is on the deny list of pool '${name}'`;
    }
    if (!readOnly || !mayWrite(command, request)) return "";
    this.#pool.counters.refusedWrites++;
    return `SERVER_ERROR pool '${name}' is read-only, and this ${command.name} writes`;
  }
}

/** Memcached as a pool's configuration wants it. */
export function memcachedFor(pool: Pool): MemcachedProtocol {
  const { deny, readOnly, requestsPerSecond, bytesPerSecond } = pool.config;
  const isGuarded = readOnly || deny.length + requestsPerSecond.length + bytesPerSecond.length > 0;
  return isGuarded ? new GuardedMemcached(pool) : new MemcachedProtocol(pool);
}
