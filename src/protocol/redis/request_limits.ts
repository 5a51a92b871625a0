/** What a request may weigh, checked when it is announced and before anything is allocated for it. */
import { NOT_AN_INTEGER } from "./integer_line.ts";

/** The limits of a pool; bytes and counts. */
export interface RequestLimits {
  readonly maxBulkBytes: number;
  readonly maxArguments: number;
  readonly maxInlineBytes: number;
  readonly maxRequestBytes: number;
}

/** While a connection is not authenticated it gets no more than this, as in Redis. */
const STRANGERS = { maxArguments: 10, maxBulkBytes: 16384 };

/** Why a request may not have so many arguments; empty when it may. Zero and less is no fault, but nothing. */
export function faultOfCount(count: number, limits: RequestLimits, authenticated: boolean): string {
  if (count === NOT_AN_INTEGER || count > limits.maxArguments) return "invalid multibulk length";
  return !authenticated && count > STRANGERS.maxArguments ? "unauthenticated multibulk length" : "";
}

/** Why an argument may not be so long; empty when it may. */
export function faultOfLength(length: number, limits: RequestLimits, authenticated: boolean): string {
  if (length < 0 || length > limits.maxBulkBytes) return "invalid bulk length";
  return !authenticated && length > STRANGERS.maxBulkBytes ? "unauthenticated bulk length" : "";
}
