/** Bytes as text, strictly: what isn't UTF-8 is not guessed at. */

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text; null when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}
