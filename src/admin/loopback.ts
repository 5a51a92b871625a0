/** Hosts that only this machine reaches. */

/** Whether a host (a name, IPv4, or IPv6 without brackets) is this machine's loopback. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
