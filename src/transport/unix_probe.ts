/**
 * Whether somebody listens on a unix socket. The runtime tells a listener whose queue is full from one that is gone
 * only by an error it gives both the same name, so this asks the system. Linux only.
 *
 * Source: unix(7), connect(2).
 */
import { FFIType, read } from "bun:ffi";
import { loadFunctions } from "./c_library.ts";

const { i32, u32, ptr: pointer } = FFIType;

const FUNCTIONS = {
  socket: { args: [i32, i32, i32], returns: i32 },
  connect: { args: [i32, pointer, u32], returns: i32 },
  close: { args: [i32], returns: i32 },
  __errno_location: { args: [], returns: pointer },
} as const;

const AF_UNIX = 1;
/** A stream that doesn't wait and that no child inherits. */
const SOCKET_TYPE = 1 | 0o4000 | 0o2000000;
/** What connecting to a file fails with that nobody listens on, or that is gone. */
const NOBODY = [/* ENOENT */ 2, /* ECONNREFUSED */ 111];

/** Null where it can't be learned. What fails for another reason may have its listener. */
export function isListenedOn(path: string): boolean | null {
  const c = process.platform === "linux" ? loadFunctions(FUNCTIONS) : null;
  if (c === null) return null;
  const descriptor = c.socket(AF_UNIX, SOCKET_TYPE, 0);
  if (descriptor < 0) return null;
  try {
    const address = addressOf(path);
    if (c.connect(descriptor, address, address.length) === 0) return true;
    return !NOBODY.includes(read.i32(c.__errno_location()!));
  } finally {
    c.close(descriptor);
  }
}

/** struct sockaddr_un: the family, and the path with a zero byte behind it. */
function addressOf(path: string): Buffer {
  const address = Buffer.from(`\0\0${path}\0`);
  new DataView(address.buffer, address.byteOffset).setUint16(0, AF_UNIX, true);
  return address;
}
