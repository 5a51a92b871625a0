/**
 * The few calls of the C library that running as a service needs and the runtime lacks: datagrams to the service
 * manager, the clock it compares with, locks on files, and standard streams that go elsewhere. Where there is no
 * such library (or no such thing on this system), each says so by what it returns.
 */
import { FFIType } from "bun:ffi";
import { loadFunctions } from "../../transport/c_library.ts";

const { i32, ptr: pointer, u64, i64 } = FFIType;

const FUNCTIONS = {
  socket: { args: [i32, i32, i32], returns: i32 },
  sendto: { args: [i32, pointer, u64, i32, pointer, i32], returns: i64 },
  close: { args: [i32], returns: i32 },
  clock_gettime: { args: [i32, pointer], returns: i32 },
  flock: { args: [i32, i32], returns: i32 },
  dup2: { args: [i32, i32], returns: i32 },
} as const;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
/** Linux's numbers. */
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
/** Everywhere the same. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Bytes of a socket address before its path, and most bytes of a path. */
const ADDRESS_HEAD = 2;
const MOST_PATH_BYTES = 107;

const isLinux = process.platform === "linux";
let loaded: ReturnType<typeof load> | undefined;

function load() {
  return loadFunctions(FUNCTIONS);
}

function library() {
  return loaded ??= load();
}

/**
 * Sends one datagram to the unix socket at `path`; a zero byte in front names an abstract one. Linux only.
 *
 * Shape: false when it could not be sent, now or ever; it never waits.
 */
export function sendDatagram(path: string, text: string): boolean {
  const c = isLinux ? library() : null;
  const pathBytes = Buffer.from(path);
  if (c === null || pathBytes.length > MOST_PATH_BYTES) return false;
  const address = Buffer.alloc(ADDRESS_HEAD + pathBytes.length);
  // A DataView, because stores into a typed array just before a call were seen to be lost in hot code.
  new DataView(address.buffer, address.byteOffset).setUint16(0, AF_UNIX, true);
  pathBytes.copy(address, ADDRESS_HEAD);
  const message = Buffer.from(text);
  const descriptor = c.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return false;
  const sent = c.sendto(descriptor, message, message.length, MSG_NOSIGNAL, address, address.length);
  c.close(descriptor);
  return Number(sent) === message.length;
}

/** The system's monotonic clock, which other processes read too; null where it can't be read. Units: microseconds. */
export function monotonicMicroseconds(): bigint | null {
  const c = isLinux ? library() : null;
  const time = new BigInt64Array(2);
  if (c === null || c.clock_gettime(CLOCK_MONOTONIC, time) !== 0) return null;
  const [seconds, nanoseconds] = time;
  return seconds! * 1_000_000n + nanoseconds! / 1000n;
}

/**
 * Locks an open file against everybody else who asks for such a lock, until it is closed or its process is gone.
 *
 * Shape: false when somebody has the lock; null where files can't be locked.
 */
export function lockFile(descriptor: number): boolean | null {
  const c = library();
  return c === null ? null : c.flock(descriptor, LOCK_EX | LOCK_NB) === 0;
}

/** Makes `stream` (1: standard output, 2: standard error) lead where `descriptor` leads. False where that can't be. */
export function redirect(stream: number, descriptor: number): boolean {
  const c = library();
  return c !== null && c.dup2(descriptor, stream) === stream;
}
