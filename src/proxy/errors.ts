/**
 * What a client reads when a server fails it. The words are those of the C library, as nutcracker gives them,
 * whatever system this runs on.
 */
import { TLS_REASON } from "../transport/tls.ts";

const TEXTS: Record<string, string> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EPIPE: "Broken pipe",
  ETIMEDOUT: "Connection timed out",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  ENOTFOUND: "Host is down",
  EAI_AGAIN: "Host is down",
  DNS_ENOTFOUND: "Host is down",
  EOF: "Connection closed by server",
};

/** What the reason of a fault of ours begins with; its stack follows. */
export const INTERNAL = "internal error";

/** The text for an operating system's error name; any other text stands for itself. */
export function errorText(reason: string): string {
  // What follows is for the log.
  if (reason.startsWith(INTERNAL)) return INTERNAL;
  if (reason.startsWith(TLS_REASON)) return "TLS connection to server failed";
  return TEXTS[reason] ?? reason;
}
