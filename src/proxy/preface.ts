/**
 * What a server has to be told on a connection before certain requests are good for anything: a script, before it is
 * run by its name. A request that is queued while there is no connection gets it with the greeting, because the
 * server at the other end may have been started anew.
 */
import type { Lane } from "./lane.ts";
import type { Greeting } from "./protocol.ts";

/** Something to be told. */
export interface Preface {
  /** One request; its reply is of no interest. */
  readonly bytes: Uint8Array;
  /** It is being told on the lane's connection, or the one being made. */
  saidTo(lane: Lane): void;
}

/** A greeting has to leave in one write; what goes beyond this is left out, and its requests fail as they may. */
const LONGEST_GREETING = 64 * 1024;

/** The greeting, and behind it what those who wait for the lane's connection need. */
export function greetingWith(
  greeting: Greeting | null,
  prefaces: Iterable<Preface>,
  lane: Lane,
): Greeting | null {
  const parts = greeting === null ? [] : [greeting.bytes];
  const own = greeting?.replies ?? 0;
  let replies = own;
  let size = greeting?.bytes.length ?? 0;
  for (const preface of prefaces) {
    size += preface.bytes.length;
    if (size > LONGEST_GREETING) break;
    parts.push(preface.bytes);
    replies++;
    preface.saidTo(lane);
  }
  if (replies === own) return greeting;
  return {
    bytes: Buffer.concat(parts),
    replies,
    refusal: (reply, index) => index < own ? greeting!.refusal(reply, index) : "",
  };
}
