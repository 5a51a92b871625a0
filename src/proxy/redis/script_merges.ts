/** What every server says about functions and running scripts, as one. */
import { ARRAY, MAP } from "../../protocol/redis/bytes.ts";
import type { FragmentReply } from "./fragment_reply.ts";
import { UNEXPECTED } from "./merges.ts";
import { arrayReply } from "./replies.ts";

/** The name of a library is the value behind the first name of its entry. */
const NAME_AT = 1;

/**
 * FUNCTION LIST: the libraries that every server has, as the first one describes them. A library that a server lacks
 * can't be counted on, so that whoever looks before he loads will load it.
 */
export function commonLibraries(replies: readonly FragmentReply[]): Uint8Array {
  const lists = replies.map(librariesOf);
  if (lists.includes(null)) return UNEXPECTED;
  const [first, ...others] = lists as Map<string, Uint8Array>[];
  const common = [...first!].filter(([name]) => others.every((list) => list.has(name)));
  return arrayReply(common.map(([, entry]) => entry));
}

/** Entries by library name; null when the reply is no list of libraries. */
function librariesOf(reply: FragmentReply): Map<string, Uint8Array> | null {
  if (reply.type !== ARRAY) return null;
  const libraries = new Map<string, Uint8Array>();
  for (let left = reply.takeNumber(); left > 0; left--) {
    const from = reply.at;
    reply.skipElement();
    const behind = reply.at;
    reply.at = from;
    reply.takeNumber();
    for (let i = 0; i < NAME_AT; i++) reply.skipElement();
    const name = reply.takeBulk();
    if (name === null) return null;
    reply.at = behind;
    libraries.set(name.toString("latin1"), reply.slice(from, behind));
  }
  return libraries;
}

/** FUNCTION STATS: a script runs on one server at a time, if at all; the engines are the same everywhere. */
export function runningScript(replies: readonly FragmentReply[]): FragmentReply {
  return replies.find(isRunning) ?? replies[0]!;
}

function isRunning(reply: FragmentReply): boolean {
  reply.takeNumber();
  reply.skipElement();
  return (reply.type === ARRAY || reply.type === MAP) && reply.takeNumber() > 0;
}
