/** Bytes in JSON: as text, so that people can read them, and whole in any case. */

/** A field `name` with the bytes as text, and one in base64 beside it when they aren't UTF-8. */
export type ShownBytes<N extends string> = Record<N, string> & Partial<Record<`${N}Base64`, string>>;

/** Shows `bytes`, one character each, as the field `name`. */
export function showBytes<N extends string>(name: N, bytes: string): ShownBytes<N> {
  const buffer = Buffer.from(bytes, "latin1");
  const text = buffer.toString("utf8");
  const shown: Record<string, string> = { [name]: text };
  if (!Buffer.from(text).equals(buffer)) shown[`${name}Base64`] = buffer.toString("base64");
  return shown as ShownBytes<N>;
}
