/** Looking whether a connection has bytes that nobody has read, without reading them. */
import { libc, MSG_DONTWAIT, pointerTo } from "./libc.ts";

const MSG_PEEK = 2;

const byte = new Uint8Array(1);

/** Whether bytes have come on a socket and were not read yet. False where that can't be learned. */
export function hasUnread(descriptor: number): boolean {
  const c = libc();
  if (c === null || descriptor < 0) return false;
  return Number(c.recv(descriptor, pointerTo(byte), 1, MSG_PEEK | MSG_DONTWAIT)) > 0;
}
