/**
 * CLIENT TRACKING and what belongs to it. A server remembers what a connection has read, and tells that connection
 * when it changes. Clients of a pool share connections, so every mode is refused, each with what stands in its way;
 * a client that believed it was told of changes would serve what is out of date.
 */
import { versionOf } from "../../variant.ts";
import { arrayReply, bulkReply, errorReply, integerReply, mapReply, OK, setReply } from "../replies.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";

/** Redirected to nobody, because there is nothing to redirect. */
const NO_REDIRECTION = -1;
const SYNTAX_ERROR = "ERR syntax error";

/** The modes, in the order in which one of them is named as what stands in the way. */
const REASONS: readonly (readonly [mode: string, reason: string])[] = [
  ["REDIRECT", "names a connection of the server, and those are the proxy's"],
  ["BCAST", "needs a connection per server that hears of all keys, which this pool does not have yet"],
  ["NOLOOP", "needs the server to know who writes, and clients of this pool share connections"],
  ["OPTIN", "is about the next command of one connection, and clients of this pool share connections"],
  ["OPTOUT", "is about the next command of one connection, and clients of this pool share connections"],
];
const DEFAULT_REASON = "needs the server to know who reads what, and clients of this pool share connections";

/** CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]. */
export const clientTracking: LocalCommand = (call) => {
  const asked = readOptions(call);
  if (asked === null) return errorReply(SYNTAX_ERROR);
  const what = keyword(call, 2);
  if (what === "OFF") return OK;
  if (what !== "ON") return errorReply(SYNTAX_ERROR);
  const [mode, reason] = REASONS.find(([mode]) => asked.has(mode)) ?? ["", DEFAULT_REASON];
  return errorReply(`ERR CLIENT TRACKING ${mode === "" ? "" : `with ${mode} `}${reason}`);
};

/** Which options are there; null when they make no sense. */
function readOptions(call: LocalCall): Set<string> | null {
  const asked = new Set<string>();
  for (let i = 3; i < call.args.length; i++) {
    const option = keyword(call, i);
    const takesValue = option === "REDIRECT" || option === "PREFIX";
    if (takesValue && ++i === call.args.length) return null;
    if (!takesValue && !REASONS.some(([mode]) => mode === option)) return null;
    asked.add(option);
  }
  return asked;
}

/** CLIENT CACHING YES | NO: only for the modes that nobody is in. */
export const clientCaching: LocalCommand = () =>
  errorReply(
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
  );

/** CLIENT GETREDIR. */
export const clientGetRedir: LocalCommand = () => integerReply(NO_REDIRECTION);

/** CLIENT TRACKINGINFO. */
export const clientTrackingInfo: LocalCommand = (call) => {
  const version = versionOf(call.session.variant);
  return mapReply(version, [
    bulkReply("flags"),
    setReply(version, [bulkReply("off")]),
    bulkReply("redirect"),
    integerReply(NO_REDIRECTION),
    bulkReply("prefixes"),
    arrayReply([]),
  ]);
};
