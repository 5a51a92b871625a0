/** Sizes in bytes, as people write them: `65536`, `64k`, `64kb`, `1mb`, `2gb`. Units are powers of 1024. */
import { quote } from "./fault.ts";
import { InvalidValue } from "./value.ts";

/** A kilobyte of 1024 bytes. */
export const KB = 1024;
/** A megabyte of 1024 kilobytes. */
export const MB = 1024 * KB;
/** A gigabyte of 1024 megabytes. */
export const GB = 1024 * MB;

const UNITS: Record<string, number> = { k: KB, m: MB, g: GB };

/**
 * Reads a size.
 *
 * Units: bytes; with a suffix k, m or g (kb, mb, gb), in either case, that many of them.
 * Errors: InvalidValue for anything else, fractions and signs included.
 */
export function parseSize(text: string): number {
  const match = /^(\d+)(?:([kmg])b?)?$/i.exec(text);
  if (!match) {
    throw new InvalidValue(`${quote(text)} is not a size; write bytes, or a whole number with kb, mb or gb`);
  }
  const unit = match[2] === undefined ? 1 : UNITS[match[2].toLowerCase()]!;
  return Number(match[1]) * unit;
}

/** Writes a size with the largest unit that divides it: `512mb`, `1000`. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return "0";
  if (bytes % GB === 0) return `${bytes / GB}gb`;
  if (bytes % MB === 0) return `${bytes / MB}mb`;
  return bytes % KB === 0 ? `${bytes / KB}kb` : String(bytes);
}
