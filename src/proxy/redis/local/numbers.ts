/** Numbers as Redis reads them. */

const MOST = 2n ** 63n - 1n;

/** Whether the text is a whole number of 64 bits in its only form: no plus sign, no leading zero, no space. */
export function isInteger(text: string): boolean {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return false;
  const value = BigInt(text);
  return value <= MOST && value >= -MOST - 1n;
}
