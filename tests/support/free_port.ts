/**
 * Ports for servers under test. They lie below the range from which systems give ports to outgoing connections, so
 * that no connection made meanwhile can take one away.
 */

const FIRST = 10_000;
const COUNT = 20_000;

/** Where the search stands; it starts anywhere, so that processes that run side by side seldom meet. */
let next = Math.floor(Math.random() * COUNT);

/** A port of 127.0.0.1 that nothing listens on. None comes twice from one process. */
export function freePort(): number {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (isFree(port)) return port;
  }
  throw new Error(`no free port in ${FIRST}..${FIRST + COUNT - 1}`);
}

/** So many free ports, all different. */
export function freePorts(count: number): number[] {
  return Array.from({ length: count }, freePort);
}

/** Whether nothing listens on a port of 127.0.0.1. */
export function isFree(port: number): boolean {
  return isFreeAt("127.0.0.1", port);
}

/** Whether nothing listens on a port of an address of this machine. */
export function isFreeAt(hostname: string, port: number): boolean {
  try {
    Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}
