/** Functions of the system's C library, for what the runtime does not offer. */
import { dlopen, type FFIFunction, type Library } from "bun:ffi";

const LIBRARIES = process.platform === "darwin"
  ? ["libSystem.dylib"]
  : ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];

/** Looks the functions up. Null where there is no C library to call, or it lacks one of them. */
export function loadFunctions<F extends Record<string, FFIFunction>>(
  functions: F,
): Library<F>["symbols"] | null {
  for (const library of LIBRARIES) {
    try {
      return dlopen(library, functions).symbols;
    } catch {
      // Not this C library; the next one, or none.
    }
  }
  return null;
}
