/**
 * The few calls of the C library that the runtime doesn't offer. Null where there is none to call (Windows): what
 * needs it says so.
 *
 * Structures are filled through a `DataView` and handed over at once: stores through typed arrays made just before
 * such a call were seen to be lost once the code was hot.
 */
import { FFIType, type Pointer, ptr } from "bun:ffi";
import { loadFunctions } from "./c_library.ts";

const FUNCTIONS = {
  listen: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  dup: { args: [FFIType.i32], returns: FFIType.i32 },
  close: { args: [FFIType.i32], returns: FFIType.i32 },
  socketpair: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
  setsockopt: {
    args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr, FFIType.u32],
    returns: FFIType.i32,
  },
  recv: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32], returns: FFIType.i64 },
  sendmsg: { args: [FFIType.i32, FFIType.ptr, FFIType.i32], returns: FFIType.i64 },
  recvmsg: { args: [FFIType.i32, FFIType.ptr, FFIType.i32], returns: FFIType.i64 },
} as const;

/** A flag of `recv` and its kin: answer at once. Linux's number, and macOS's. */
export const MSG_DONTWAIT = process.platform === "darwin" ? 0x80 : 0x40;

/** The calls, under their names in C. A negative result is a failure. */
export interface LibC {
  listen(descriptor: number, backlog: number): number;
  dup(descriptor: number): number;
  close(descriptor: number): number;
  socketpair(domain: number, type: number, protocol: number, pair: Pointer): number;
  setsockopt(descriptor: number, level: number, option: number, value: Pointer, size: number): number;
  recv(descriptor: number, buffer: Pointer, size: number, flags: number): bigint;
  sendmsg(descriptor: number, message: Pointer, flags: number): bigint;
  recvmsg(descriptor: number, message: Pointer, flags: number): bigint;
}

let loaded: LibC | null | undefined;

/** The C library, or null. */
export function libc(): LibC | null {
  if (loaded === undefined) loaded = loadFunctions(FUNCTIONS) as LibC | null;
  return loaded;
}

/** Where `bytes` lie; valid as long as they are kept alive. */
export function pointerTo(bytes: Uint8Array): Pointer {
  return ptr(bytes);
}
