/** What a lane says to a Redis server first: the password, then the database. AUTH must go first. */
import { ERROR } from "../../protocol/redis/bytes.ts";
import type { Greeting } from "../protocol.ts";
import { arrayReply, bulkReply } from "./replies.ts";

/** AUTH and SELECT as they are needed; null when neither is. */
export function redisGreeting(password: string | null, database: number): Greeting | null {
  const steps: string[][] = [];
  if (password !== null) steps.push(["AUTH", password]);
  if (database > 0) steps.push(["SELECT", String(database)]);
  if (steps.length === 0) return null;
  return {
    bytes: Buffer.concat(steps.map(encodeCommand)),
    replies: steps.length,
    refusal(reply, index) {
      if (reply[0] !== ERROR) return "";
      const text = Buffer.from(reply).toString("latin1", 1, reply.length - 2);
      return `server refused ${steps[index]![0]}: ${text}`;
    },
  };
}

/** A command as a RESP array of bulk strings. */
export function encodeCommand(words: readonly string[]): Uint8Array {
  return arrayReply(words.map((word) => bulkReply(word)));
}
