/**
 * Where something listens or is reached: a host and port, or a unix socket. Nothing is resolved here; a name is
 * looked up when it is listened on or connected to.
 *
 * Source: the forms are nutcracker's, with `[ipv6]:port` beside its bare `ipv6:port`.
 */
import * as z from "zod";
import { quote } from "./fault.ts";
import { fromText, InvalidValue, type PlainType } from "./value.ts";
import { parseInteger } from "./value_types.ts";

/** A TCP or a unix-socket address. */
export type Address = TcpAddress | UnixAddress;

/** A host (name, IPv4, or IPv6 without brackets) and a port from 1 to 65535. */
export interface TcpAddress {
  kind: "tcp";
  host: string;
  port: number;
}

/** A socket in the file system. */
export interface UnixAddress {
  kind: "unix";
  path: string;
  /** Permission bits the socket file gets when it is listened on, 0..0o777; 0 leaves them as the system makes them. */
  mode: number;
}

/** Longest path of a unix socket: what `sockaddr_un` holds on Linux, without its final zero byte. */
const MAX_UNIX_PATH_BYTES = 107;

/** The address as text: `host:port`, `[ipv6]:port`, or the socket's path. Two listeners with one text collide. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return address.path;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

const LISTEN_JSON = {
  type: "string",
  examples: ["127.0.0.1:22121", "[::1]:22121", "/run/cache.sock 0660"],
};
const LISTEN_LABEL = "host:port, or /path [octal mode]";

/** The type of `listen`: an address to accept clients on. */
export function listenAddress(): PlainType<Address> {
  return { schema: fromText(parseListen, LISTEN_JSON), label: LISTEN_LABEL, show: showListen };
}

/** As `listenAddress`, or the word `off` in its place: null then. */
export function listenAddressOrOff(): PlainType<Address | null> {
  return {
    schema: fromText((text) => text === OFF ? null : parseListen(text), LISTEN_JSON),
    label: `${LISTEN_LABEL}, or ${OFF}`,
    show: (address) => address === null ? OFF : showListen(address),
  };
}

const OFF = "off";

function showListen(address: Address): string {
  const mode = address.kind === "unix" && address.mode > 0 ? ` 0${address.mode.toString(8)}` : "";
  return formatAddress(address) + mode;
}

/**
 * Reads `host:port`, `[ipv6]:port`, or `/path` with an octal mode behind its last space.
 *
 * Errors: InvalidValue that names the part at fault.
 */
export function parseListen(text: string): Address {
  if (text.startsWith("/")) return parseUnixListen(text);
  const colon = text.lastIndexOf(":");
  if (colon < 0) throw new InvalidValue(`${quote(text)} has no port; write host:port or /path`);
  return parseTcp(text.slice(0, colon), text.slice(colon + 1));
}

function parseUnixListen(text: string): Address {
  const space = text.lastIndexOf(" ");
  if (space < 0) return parseUnix(text, 0);
  const mode = text.slice(space + 1);
  if (!/^0*[0-7]{1,3}$/.test(mode)) {
    throw new InvalidValue(`file mode ${quote(mode)} is not an octal number up to 0777`);
  }
  return parseUnix(text.slice(0, space), parseInt(mode, 8));
}

/**
 * A unix-socket address from its path.
 *
 * Errors: InvalidValue when the system couldn't hold the path.
 */
export function parseUnix(path: string, mode: number): UnixAddress {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > MAX_UNIX_PATH_BYTES) {
    throw new InvalidValue(`socket path ${quote(path)} has ${bytes} bytes, more than ${MAX_UNIX_PATH_BYTES}`);
  }
  return { kind: "unix", path, mode };
}

/**
 * A TCP address from the texts of its host (an IPv6 one with or without brackets) and port.
 *
 * Errors: InvalidValue for a port out of 1..65535 and for what can't be a host.
 */
export function parseTcp(hostText: string, portText: string): TcpAddress {
  const bracketed = hostText.startsWith("[") && hostText.endsWith("]");
  const host = bracketed ? hostText.slice(1, -1) : hostText;
  if (host === "") throw new InvalidValue("the host is missing");
  if (bracketed ? !isIpv6(host) : !isHost(host)) {
    const hint = host === "*" ? "; write 0.0.0.0 for every address" : "";
    throw new InvalidValue(`host ${quote(hostText)} is neither a host name nor an IP address${hint}`);
  }
  return { kind: "tcp", host, port: parseInteger(portText, 1, 65535, "port") };
}

function isHost(host: string): boolean {
  if (host.includes(":")) return isIpv6(host);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return z.ipv4().safeParse(host).success;
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*)$/.test(host);
}

/** With or without a zone such as `%eth0`. */
function isIpv6(host: string): boolean {
  const [address, zone] = host.split("%", 2);
  return z.ipv6().safeParse(address).success && (zone === undefined || /^[A-Za-z0-9_.-]+$/.test(zone));
}
