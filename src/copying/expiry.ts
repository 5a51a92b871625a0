/**
 * When a key ends, as a time of day. Redis tells it from 7.0 on; before, it tells how long the key has left, and what
 * time it is, in one transaction. Both servers' clocks count: what is shipped is the time, not the rest.
 */
import { type Answer, asArray, asNumber, Refusal } from "./answer.ts";
import type { Command, ServerConnection } from "./connection.ts";
import type { Features } from "./features.ts";

/** Units: milliseconds since 1970; null: never; "gone": there is no such key. */
export type Expiry = number | null | "gone";

/** The commands that tell it, to be put into a transaction. */
export function expiryCommands(features: Features, key: Buffer): Command[] {
  return features.absoluteExpiry ? [["PEXPIRETIME", key]] : [["TIME"], ["PTTL", key]];
}

/** Reads what those commands answered. */
export function expiryOf(features: Features, answers: readonly Answer[]): Expiry {
  const time = asNumber(answers.at(-1));
  if (time === -2) return "gone";
  if (time < 0) return null;
  if (features.absoluteExpiry) return time;
  const [seconds, microseconds] = asArray(answers[0]).map(asNumber);
  return seconds! * 1000 + Math.floor(microseconds! / 1000) + time;
}

/** When a key in the connection's database ends. */
export async function readExpiry(connection: ServerConnection, key: Buffer): Promise<Expiry> {
  const { features } = connection.identity;
  const commands = expiryCommands(features, key);
  const answers = await connection.pipeline([["MULTI"], ...commands, ["EXEC"]]);
  const refusal = answers.find((answer) => answer instanceof Refusal);
  if (refusal !== undefined) throw refusal;
  return expiryOf(features, asArray(answers.at(-1)));
}
