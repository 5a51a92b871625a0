/**
 * A command as MONITOR shows it: when, who and what, in Redis's form. Secrets are left out where Redis leaves them
 * out, and of an argument that is very long its beginning is shown.
 */
import { type Arguments, isWord } from "../../protocol/arguments.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { Session } from "../session.ts";
import { databaseOf } from "../variant.ts";

/** More of an argument than this is not shown; bytes. */
const SHOWN_BYTES = 16 * 1024;

const REDACTED = '"(redacted)"';
const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
  "\\": "\\\\",
  '"': '\\"',
};

/** Whether MONITOR shows a command: not what administers, as in Redis. */
export function isShown({ flags }: Command): boolean {
  return !flags.includes("admin");
}

/** The line, as a reply; one character per byte. */
export function monitorLine(session: Session, command: Command, args: Arguments): string {
  const now = performance.timeOrigin + performance.now();
  const seconds = (Math.floor(now * 1000) / 1e6).toFixed(6);
  const words: string[] = [];
  let secrets = 0;
  for (let i = 0; i < args.count; i++) {
    words.push(secrets > 0 && i > 0 ? REDACTED : quote(args, i));
    if (secrets > 0) secrets--;
    if (command.name === "auth") secrets = Infinity;
    else if (command.name === "hello" && i > 1 && isWord(args, i, "AUTH") && secrets === 0) secrets = 2;
  }
  return `+${seconds} [${databaseOf(session.variant)} ${addressOf(session)}] ${words.join(" ")}\r\n`;
}

function addressOf({ stream, pool }: Session): string {
  const { listen } = pool.config;
  return listen.kind === "unix" ? `unix:${listen.path}` : stream.peer;
}

function quote(args: Arguments, index: number): string {
  const start = args.start(index);
  const size = args.end(index) - start;
  const bytes = args.bytesOf(index).subarray(start, start + Math.min(size, SHOWN_BYTES));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  // deno-lint-ignore no-control-regex -- whatever is not printable is shown by its number
  const escaped = text.replace(/[\x00-\x1f"\\\x7f-\xff]/g, escape);
  return size <= SHOWN_BYTES ? `"${escaped}"` : `"${escaped}... (${size - SHOWN_BYTES} more bytes)"`;
}

function escape(character: string): string {
  return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
