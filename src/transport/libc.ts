/**
 * The few calls of the C library that the runtime doesn't offer. Null where there is none to call (Windows): what
 * needs it says so.
 *
 * Structures are filled through a `DataView` and handed over at once: stores through typed arrays made just before
 * such a call were seen to be lost once the code was hot.
 */
import { dlopen, type Pointer, ptr } from "bun:ffi";

const LIBRARIES = process.platform === "darwin"
  ? ["libSystem.dylib"]
  : ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

const SYMBOLS = {
  listen: { args: ["i32", "i32"], returns: "i32" },
  dup: { args: ["i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  sendmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
  recvmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
} as const;

/** The calls, under their names in C. A negative result is a failure. */
export interface LibC {
  listen(descriptor: number, backlog: number): number;
  dup(descriptor: number): number;
  close(descriptor: number): number;
  socketpair(domain: number, type: number, protocol: number, pair: Pointer): number;
  sendmsg(descriptor: number, message: Pointer, flags: number): bigint;
  recvmsg(descriptor: number, message: Pointer, flags: number): bigint;
}

let loaded: LibC | null | undefined;

/** The C library, or null. */
export function libc(): LibC | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

/** Where `bytes` lie; valid as long as they are kept alive and not moved by a resize. */
export function pointerTo(bytes: Uint8Array): Pointer {
  return ptr(bytes);
}

function load(): LibC | null {
  for (const library of LIBRARIES) {
    try {
      return dlopen(library, SYMBOLS).symbols;
    } catch {
      // Not this C library; the next one, or none.
    }
  }
  return null;
}
