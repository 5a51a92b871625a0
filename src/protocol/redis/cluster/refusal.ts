/**
 * Error replies by which a node of a Redis Cluster says that it has not run a request: it, or another node, may yet.
 *
 * The texts are matched as far as Redis and Valkey have them, for a script may answer any error of its own, and that
 * has run.
 */
import { ERROR } from "../bytes.ts";

/** What a refused request can do. */
export type Refusal =
  /** Go to another node, for good (`moved`) or this once (`ask`); `node` is `host:port`, the host empty for the same. */
  | { readonly kind: "moved" | "ask"; readonly node: string }
  /** Try again; `isCommon` when the whole cluster, or the node, is not itself. `text` is the error without its dash. */
  | { readonly kind: "later"; readonly isCommon: boolean; readonly text: string };

const REDIRECTION = /^-(MOVED|ASK) \d{1,5} ([^\s]*:\d{1,5})\r\n$/;
const NOT_NOW =
  /^-(?:TRYAGAIN Multiple keys request |(CLUSTERDOWN) (?:Hash slot|The cluster is) |(LOADING) \w+ is loading )/;

/** No refusal is longer; bytes. */
const LONGEST = 512;
const INITIALS = new Set([..."MATCL"].map((letter) => letter.charCodeAt(0)));

/** The refusal that a whole reply is; null when it is none. Cost: next to nothing for what is no error. */
export function readRefusal(bytes: Uint8Array, start: number, end: number): Refusal | null {
  if (bytes[start] !== ERROR || !INITIALS.has(bytes[start + 1]!) || end - start > LONGEST) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
  const [, kind, node] = REDIRECTION.exec(text) ?? [];
  if (node !== undefined) return { kind: kind === "ASK" ? "ask" : "moved", node };
  const later = NOT_NOW.exec(text);
  if (later === null) return null;
  return { kind: "later", isCommon: (later[1] ?? later[2]) !== undefined, text: text.slice(1).trimEnd() };
}

/** What EXEC answers when a command of its block was refused: nothing of it was run. */
export function isAborted(bytes: Uint8Array, start: number, end: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return text.toString("latin1", 0, EXECABORT.length) === EXECABORT;
}

const EXECABORT = "-EXECABORT ";
