/**
 * Adding floats as Redis does in INCRBYFLOAT and HINCRBYFLOAT: with the 80-bit numbers of x86, whose fractions have 64
 * bits. A number is `fraction * 2^exponent`, exactly; sums are rounded to 64 bits, to even where it is a tie.
 */

/** A binary floating-point number of any size; the fraction carries the sign. */
interface Binary {
  readonly fraction: bigint;
  readonly exponent: number;
}

const FRACTION_BITS = 64;
/** Digits behind the point that are written, before trailing zeros are left out. */
const DECIMALS = 17;
const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;
/** What 80 bits can hold, with room to spare: further out the text would be thousands of digits. */
const MOST_EXPONENT = 4900;

/** The sum as text, or null when it is out of range. Both are texts of finite floats. */
export function addFloats(a: string, b: string): string | null {
  const [x, y] = [parse(a), parse(b)];
  if (x === null || y === null) return null;
  const exponent = Math.min(x.exponent, y.exponent);
  const sum = shifted(x.fraction, x.exponent - exponent) + shifted(y.fraction, y.exponent - exponent);
  return format(rounded(sum, 1n, exponent));
}

function parse(text: string): Binary | null {
  const [, sign, whole, part, power] = DECIMAL.exec(text)!;
  const exponent = Number(power ?? 0) - part!.length;
  if (Math.abs(exponent) > MOST_EXPONENT) return null;
  const digits = BigInt(`${whole}${part}` || "0") * (sign === "-" ? -1n : 1n);
  return exponent >= 0
    ? rounded(digits * 10n ** BigInt(exponent), 1n, 0)
    : rounded(digits, 10n ** BigInt(-exponent), 0);
}

/** `numerator / denominator * 2^exponent` with a fraction of 64 bits. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): Binary {
  if (numerator === 0n) return { fraction: 0n, exponent: 0 };
  const isNegative = numerator < 0n;
  const size = isNegative ? -numerator : numerator;
  let shift = FRACTION_BITS - (bitsOf(size) - bitsOf(denominator));
  let fraction = divided(shifted(size, shift), shifted(denominator, -shift));
  if (bitsOf(fraction) > FRACTION_BITS) {
    shift--;
    fraction = divided(shifted(size, shift), shifted(denominator, -shift));
  }
  return { fraction: isNegative ? -fraction : fraction, exponent: exponent - shift };
}

/** The quotient, rounded to the nearest, to even at a tie. */
function divided(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  if (twice > denominator || (twice === denominator && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

function format({ fraction, exponent }: Binary): string {
  const isNegative = fraction < 0n;
  const size = isNegative ? -fraction : fraction;
  const scaled = divided(shifted(size * 10n ** BigInt(DECIMALS), exponent), shifted(1n, -exponent));
  const digits = scaled.toString().padStart(DECIMALS + 1, "0");
  const whole = digits.slice(0, -DECIMALS);
  const part = digits.slice(-DECIMALS).replace(/0+$/, "");
  const text = part === "" ? whole : `${whole}.${part}`;
  return isNegative && text !== "0" ? `-${text}` : text;
}

/** Shifted to the left, or not at all when `by` is negative. */
function shifted(value: bigint, by: number): bigint {
  return by > 0 ? value << BigInt(by) : value;
}

function bitsOf(value: bigint): number {
  return value.toString(2).length;
}
