/**
 * The version a pool shows its clients: the lowest among its servers, so that a client never counts on what
 * one of them lacks. Servers are asked when a client first wants to know, and again after they were away.
 */
import { turn } from "../transport/turn.ts";
import type { Backend } from "./backend.ts";
import { inTime, PATIENCE_MS } from "./patience.ts";
import type { Pool } from "./pool.ts";
import type { VersionQuestion } from "./protocol.ts";
import { ReplyView } from "./reply_view.ts";
import { LOCAL_COMMAND, Request } from "./request.ts";

/** A question under way. */
interface Asked {
  readonly answer: Promise<void>;
  readonly sinceMs: number;
}

/** Servers that have not answered yet. */
const asked = new WeakMap<Backend, Asked>();

/** The lowest version among the pool's servers that are reachable. */
export async function lowestVersion(pool: Pool): Promise<string> {
  const questions = pool.backends.filter(({ version }) => version === "").map((backend) =>
    asked.get(backend) ?? ask(backend, pool.protocol.version)
  );
  // A server that kept a client waiting for so long keeps no other.
  const young = questions.filter(({ sinceMs }) => turn.now - sinceMs < PATIENCE_MS);
  if (young.length > 0) await inTime(Promise.all(young.map(({ answer }) => answer)));
  const known = pool.backends.map((backend) => backend.version).filter((version) => version !== "");
  return known.sort(compareVersions)[0] ?? pool.protocol.version.unknown;
}

/** Orders dotted versions by their numbers. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Takes the version from a server's answer to the question for it. */
export function noteVersion(backend: Backend, { pattern }: VersionQuestion, answer: string): void {
  backend.version = pattern.exec(answer)?.[1] ?? "";
}

function ask(backend: Backend, question: VersionQuestion): Asked {
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (request: Request): void => {
    const text = Buffer.from(new ReplyView(request).copy()).toString("latin1");
    noteVersion(backend, question, text);
    asked.delete(backend);
    resolve();
  };
  const asking = { answer: promise, sinceMs: turn.now };
  const lane = backend.firstLane;
  if (lane.begin(new Request(null, { take }, LOCAL_COMMAND, turn.now))) {
    asked.set(backend, asking);
    lane.outbox.append(question.bytes, 0, question.bytes.length);
    lane.push();
  }
  return asking;
}
