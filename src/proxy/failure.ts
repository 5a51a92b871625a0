/**
 * Why a server failed: for the log, for the figures, and for a client. Clients read the words of the C library, as
 * nutcracker gives them, whatever system this runs on.
 */
import type { FailureKind } from "../stats/mod.ts";
import { TLS_REASON } from "../transport/tls.ts";

const UNREACHABLE = "unreachable";
const HOST_IS_DOWN = "Host is down";

/** By the operating system's names for errors, and one of our own for an orderly end. */
const KNOWN: Readonly<Record<string, readonly [kind: FailureKind, text: string]>> = {
  ECONNREFUSED: ["refused", "Connection refused"],
  ENOENT: ["refused", "No such file or directory"],
  EACCES: ["refused", "Permission denied"],
  ECONNRESET: ["reset", "Connection reset by peer"],
  EPIPE: ["reset", "Broken pipe"],
  ETIMEDOUT: ["timeout", "Connection timed out"],
  EHOSTUNREACH: [UNREACHABLE, "No route to host"],
  ENETUNREACH: [UNREACHABLE, "Network is unreachable"],
  ENOTFOUND: [UNREACHABLE, HOST_IS_DOWN],
  EAI_AGAIN: [UNREACHABLE, HOST_IS_DOWN],
  DNS_ENOTFOUND: [UNREACHABLE, HOST_IS_DOWN],
  EOF: ["eof", "Connection closed by server"],
};

/** What the reason of a fault of ours begins with; its stack follows. */
export const INTERNAL = "internal error";

/** One failure of a server; every request that it hits fails with it. */
export class Failure {
  readonly kind: FailureKind;
  /** For the log. */
  readonly reason: string;
  /** For clients. */
  readonly text: string;

  /** The whole reply for clients, where a server has said it; null: one is made of the text. */
  readonly reply: Uint8Array | null;

  constructor(kind: FailureKind, reason: string, text: string = reason, reply: Uint8Array | null = null) {
    this.reply = reply;
    this.kind = kind;
    this.reason = reason;
    this.text = text;
  }
}

/** What the operating system's name of an error means; other reasons are told as they are. */
export function failureOf(reason: string): Failure {
  // What follows is for the log.
  if (reason.startsWith(INTERNAL)) return new Failure("internal", reason, INTERNAL);
  if (reason.startsWith(TLS_REASON)) return new Failure("tls", reason, "TLS connection to server failed");
  const [kind, text] = KNOWN[reason] ?? ["reset", reason];
  return new Failure(kind, reason, text);
}

/** A server took too long. */
export const TIMEOUT: Failure = failureOf("ETIMEDOUT");

/** There is no server for a request's key: all are out of the ring. */
export const NO_SERVER: Failure = new Failure("no_server", "no server is in the ring", "Connection refused");
