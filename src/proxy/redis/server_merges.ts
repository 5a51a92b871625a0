/**
 * How what every server says becomes one reply: one function per `ServersMerge`. None of them sees an error or fewer
 * than two servers; a reply of another form than the command's own makes an error of the whole.
 */
import { ARRAY, BULK, INTEGER, MINUS } from "../../protocol/redis/bytes.ts";
import type { ServersMerge } from "../../protocol/redis/command.ts";
import type { RespVersion } from "../../protocol/redis/resp_version.ts";
import type { Outbox } from "../../transport/outbox.ts";
import type { ReplyBody, Request } from "../request.ts";
import { type Merge, type Merged, release, type ReplyLimit } from "../split.ts";
import { FragmentReply } from "./fragment_reply.ts";
import { OK, OK_TEXT, UNEXPECTED } from "./merges.ts";
import { bulkReply, errorReply, integerReply, mapReply } from "./replies.ts";
import { errorAmong } from "./server_errors.ts";
import { mergeSettings } from "./settings_merge.ts";
import { commonLibraries, runningScript } from "./script_merges.ts";

/** What the servers said, in the pool's order. */
interface Answers {
  readonly replies: readonly FragmentReply[];
  /** Of each reply's server. */
  readonly names: readonly string[];
  /** What they said it in. */
  readonly version: RespVersion;
  readonly fragments: readonly Request[];
}

type Combine = (answers: Answers) => Merged;

const COMBINE: Readonly<Record<ServersMerge, Combine>> = {
  ok: ({ replies }) => replies.every((reply) => reply.has(OK_TEXT, reply.from)) ? OK : UNEXPECTED,
  first: ({ replies }) => replies[0]!.copy(),
  alike: ({ replies }) =>
    replies.every(({ size }) => size === replies[0]!.size) ? replies[0]!.copy() : DIFFERENT,
  sum: ({ replies }) => integerOf(replies, (numbers) => numbers.reduce((sum, number) => sum + number, 0)),
  lowest: ({ replies }) => integerOf(replies, (numbers) => Math.min(...numbers)),
  "all-have": ({ replies }) => allHave(replies),
  concatenation: (answers) => Concatenation.of(answers),
  draw: ({ replies }) => draw(replies),
  settings: ({ replies, names, version }) => mergeSettings(replies, names, version),
  "by-server": byServer,
  "common-libraries": ({ replies }) => commonLibraries(replies),
  running: ({ replies }) => runningScript(replies).copy(),
  stopped: () => OK,
};

const DIFFERENT = errorReply("ERR the servers of this pool do not all have the same; load it again for all");
const NOT_BUSY = "-NOTBUSY ";

/** Merges the replies of all servers of a pool. */
export class MergeOfServers implements Merge {
  readonly limit?: ReplyLimit;
  readonly #kind: ServersMerge;
  readonly #names: readonly string[];
  readonly #version: RespVersion;

  /** `names` are the servers', in the order they are asked; `version` is that of the lanes they are asked on. */
  constructor(kind: ServersMerge, names: readonly string[], version: RespVersion, limit?: ReplyLimit) {
    this.limit = limit;
    this.#version = version;
    this.#kind = kind;
    this.#names = names;
  }

  merge(fragments: readonly Request[]): Merged {
    const replies = fragments.map((fragment) => new FragmentReply(fragment));
    if (replies.length === 1) return replies[0]!.copy();
    const each = replies.length / this.#names.length;
    const names = replies.map((_, i) => this.#names[Math.floor(i / each)]!);
    const error = this.#isStopped(replies) ? null : errorAmong(replies, names);
    return error ?? COMBINE[this.#kind]({ replies, names, version: this.#version, fragments });
  }

  /** A script runs on one server; that there is none on the others is no failure. */
  #isStopped(replies: readonly FragmentReply[]): boolean {
    if (this.#kind !== "stopped") return false;
    const told = replies.filter((reply) => !reply.has(NOT_BUSY, reply.from));
    return told.length > 0 && told.every((reply) => reply.has(OK_TEXT, reply.from));
  }
}

function integerOf(replies: readonly FragmentReply[], fold: (numbers: readonly number[]) => number): Merged {
  if (replies.some(({ type }) => type !== INTEGER)) return UNEXPECTED;
  const result = fold(replies.map((reply) => reply.takeNumber()));
  return Number.isSafeInteger(result) ? integerReply(result) : UNEXPECTED;
}

function allHave(replies: readonly FragmentReply[]): Merged {
  if (replies.some(({ type }) => type !== ARRAY)) return UNEXPECTED;
  const counts = replies.map((reply) => reply.takeNumber());
  if (counts.some((count) => count !== counts[0])) return UNEXPECTED;
  let text = `*${counts[0]}\r\n`;
  for (let i = 0; i < counts[0]!; i++) {
    text += `:${Math.min(...replies.map((reply) => reply.takeNumber()))}\r\n`;
  }
  return Buffer.from(text);
}

/** Each server has answered its number of keys, then a key. */
function draw(replies: readonly FragmentReply[]): Merged {
  const sizes = replies.filter((_, i) => i % 2 === 0).map((reply) => reply.takeNumber());
  const keys = replies.filter((_, i) => i % 2 === 1);
  let left = Math.random() * sizes.reduce((sum, size) => sum + size, 0);
  const drawn = sizes.findIndex((size) => (left -= size) < 0);
  const key = keys[Math.max(0, drawn)]!;
  // The keys it counted may have expired by then.
  const isKey = (reply: FragmentReply) => reply.type === BULK && reply.byte(reply.at + 1) !== MINUS;
  return (isKey(key) ? key : keys.find(isKey) ?? key).copy();
}

function byServer({ replies, names, version }: Answers): Merged {
  return mapReply(version, replies.flatMap((reply, i) => [bulkReply(names[i]!), reply.copy()]));
}

/** The elements of all servers' arrays; until they are written the servers' chunks keep them. */
class Concatenation implements ReplyBody {
  readonly heldBytes: number;
  readonly #count: number;
  readonly #replies: readonly FragmentReply[];
  readonly #fragments: readonly Request[];

  private constructor(count: number, { replies, fragments }: Answers) {
    this.#count = count;
    this.#replies = replies;
    this.#fragments = fragments;
    this.heldBytes = replies.reduce((sum, { size }) => sum + size, 0);
  }

  static of(answers: Answers): Merged {
    if (answers.replies.some(({ type }) => type !== ARRAY)) return UNEXPECTED;
    const count = answers.replies.reduce((sum, reply) => sum + reply.takeNumber(), 0);
    return new Concatenation(count, answers);
  }

  writeTo(outbox: Outbox): void {
    outbox.appendHeader(ARRAY, this.#count);
    // The cursors stand behind the headers.
    for (const reply of this.#replies) reply.appendTo(outbox, reply.at, reply.from + reply.size);
    for (const fragment of this.#fragments) release(fragment);
  }
}
