/** Arguments that say how many: of elements to draw or pop, of keys that follow. */
import { Failure } from "../failure.ts";
import { integerAt, keywordAt, NOT_AN_INTEGER, readInteger64 } from "./numbers.ts";

const NOT_POSITIVE = "ERR value is out of range, must be positive";
const OUT_OF_RANGE = "ERR value is out of range";
const MOST = 2n ** 63n - 1n;

/** Argument `index` as a number of elements, 0 included. */
export function countAt(args: readonly Buffer[], index: number): number {
  return atLeastAt(args, index, 0, NOT_POSITIVE);
}

/** Argument `index` as a number of draws; a negative one says that an element may be drawn again. */
export function drawsAt(args: readonly Buffer[], index: number, perDraw = 1n): number {
  const count = readInteger64(args[index]!);
  if (count === null) throw new Failure(NOT_AN_INTEGER);
  if (count < -MOST) throw new Failure(`${OUT_OF_RANGE}, value must between -${MOST} and ${MOST}`);
  if (count < -MOST / perDraw || count > MOST / perDraw) throw new Failure(OUT_OF_RANGE);
  return Number(count);
}

/** Argument `index`, of which only numbers from `least` on make sense. Errors: a Failure that says what else it is. */
export function atLeastAt(args: readonly Buffer[], index: number, least: number, fault: string): number {
  const value = integerAt(args, index, fault);
  if (value < least) throw new Failure(fault);
  return value;
}

/** Reads the option `COUNT n` at the end of a command; 1 when it isn't there. */
export function countOption(args: readonly Buffer[], at: number, syntaxFault: () => Failure): number {
  if (at === args.length) return 1;
  if (at + 2 !== args.length || keywordAt(args, at) !== "COUNT") throw syntaxFault();
  return atLeastAt(args, at + 1, 1, "ERR count should be greater than 0");
}
