/** The accept queue's length, which the runtime does not let us choose. */
import { dlopen } from "bun:ffi";

const LIBRARIES = process.platform === "darwin"
  ? ["libSystem.dylib"]
  : ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

type Listen = (descriptor: number, backlog: number) => number;

let listen: Listen | null = null;

/** Calls listen(2) again on a listening descriptor. False where there is no C library to call. */
export function setBacklog(descriptor: number, backlog: number): boolean {
  listen ??= load();
  return listen !== null && listen(descriptor, backlog) === 0;
}

function load(): Listen | null {
  for (const library of LIBRARIES) {
    try {
      return dlopen(library, { listen: { args: ["i32", "i32"], returns: "i32" } }).symbols.listen;
    } catch {
      // Not this C library; the next one, or none.
    }
  }
  return null;
}
