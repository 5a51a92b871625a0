/** Requests of memcached's text protocol as bytes, and how long the replies to them are. */
import { keyName } from "./load.ts";

/** A `set` without flags and expiry. */
export function setRequest(key: string, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`set ${key} 0 0 ${value.length}\r\n`), value, Buffer.from("\r\n")]);
}

/** A `get` of one key or several. */
export function getRequest(keys: readonly string[]): Buffer {
  return Buffer.from(`get ${keys.join(" ")}\r\n`);
}

/** How many bytes come back for so many of a load's keys, all of which hold values of one length without flags. */
export function getReplyBytes(keys: number, valueBytes: number): number {
  const block = `VALUE ${keyName(0)} 0 ${valueBytes}\r\n`.length + valueBytes + "\r\n".length;
  return keys * block + "END\r\n".length;
}
