/**
 * CLIENT TRACKING and what belongs to it. Servers don't know who reads what, for clients of a pool share connections,
 * but the proxy does. What it can't know is refused, with the reason: a client that believed it was told of changes
 * would serve what is out of date.
 */
import { versionOf } from "../../variant.ts";
import { replyAlone } from "../../reply_alone.ts";
import type { Tracker, TrackingMode } from "../../tracking/tracker.ts";
import { stateOf } from "../redis_session.ts";
import { arrayReply, bulkReply, errorReply, integerReply, mapReply, OK, setReply } from "../replies.ts";
import { keyword, type LocalCall, type LocalCommand } from "./call.ts";

const SYNTAX_ERROR = "ERR syntax error";
/** Redirected to nobody, with tracking and without. */
const NO_REDIRECTION = 0;
const NO_TRACKING = -1;
/** All keys begin with it. */
const ANYTHING = "";

const REFUSED: Readonly<Record<string, string>> = {
  REDIRECT: "names another connection, which may be one of another process; use RESP3 (HELLO 3) without it",
  NOLOOP: "needs servers to say who has made a change, and clients of this pool share connections",
};
const NO_RESP2 =
  "ERR CLIENT TRACKING takes RESP3 (HELLO 3): in RESP2 a client can be told of changes only with " +
  "REDIRECT, which names another connection, and that may be one of another process";

/** What is asked for. */
interface Wish {
  readonly options: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

/** CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix …] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]. */
export const clientTracking: LocalCommand = (call) => {
  const { session, pool } = call;
  const wish = readWish(call);
  if (wish === null) return errorReply(SYNTAX_ERROR);
  const what = keyword(call, 2);
  if (what === "OFF") {
    session.client.redis?.track(null);
    return OK;
  }
  if (what !== "ON") return errorReply(SYNTAX_ERROR);
  const fault = faultOf(call, wish);
  if (fault !== "") return errorReply(fault);
  let unheard = "";
  const ready = pool.tracking.prepare().then((fault) => void (unheard = fault));
  replyAlone(session, () => {
    if (unheard !== "") return errorReply(unheard);
    const former = trackerOf(call)?.prefixes ?? [];
    const wanted = wish.prefixes.length === 0 && wish.options.has("BCAST") ? [ANYTHING] : wish.prefixes;
    stateOf(session).track({ mode: modeOf(wish), prefixes: [...new Set([...former, ...wanted])] });
    return OK;
  }, ready);
  return null;
};

/** Null when it makes no sense. */
function readWish(call: LocalCall): Wish | null {
  const options = new Set<string>();
  const prefixes: string[] = [];
  for (let i = 3; i < call.args.length; i++) {
    const option = keyword(call, i);
    const takesValue = option === "REDIRECT" || option === "PREFIX";
    if (takesValue && ++i === call.args.length) return null;
    if (option === "PREFIX") prefixes.push(call.args[i]!.toString("latin1"));
    else if (!["REDIRECT", "BCAST", "OPTIN", "OPTOUT", "NOLOOP"].includes(option)) return null;
    options.add(option);
  }
  return { options, prefixes };
}

/** Why it can't be had, in the order and the words of Redis where it has some; empty when it can. */
function faultOf(call: LocalCall, { options, prefixes }: Wish): string {
  const refused = Object.keys(REFUSED).find((option) => options.has(option));
  if (refused !== undefined) return `ERR CLIENT TRACKING with ${refused} ${REFUSED[refused]}`;
  if (versionOf(call.session.variant) === 2) return NO_RESP2;
  const [isBroadcast, isOptIn, isOptOut] = ["BCAST", "OPTIN", "OPTOUT"].map((option) => options.has(option));
  const tracker = trackerOf(call);
  if (!isBroadcast && prefixes.length > 0) return "ERR PREFIX option requires BCAST mode to be enabled";
  if (tracker !== null && isBroadcast === tracker.followsReads) return cantSwitch("BCAST mode on/off");
  if (isBroadcast && (isOptIn || isOptOut)) return "ERR OPTIN and OPTOUT are not compatible with BCAST";
  if (isOptIn && isOptOut) return "ERR You can't specify both OPTIN mode and OPTOUT mode";
  if ((isOptIn && tracker?.mode === "optout") || (isOptOut && tracker?.mode === "optin")) {
    return cantSwitch("OPTIN/OPTOUT mode");
  }
  return overlapFault(tracker?.prefixes ?? [], prefixes);
}

function cantSwitch(what: string): string {
  return `ERR You can't switch ${what} before disabling tracking for this client, and then re-enabling it with ` +
    "a different mode.";
}

/** Prefixes of a client must not be the beginning of each other: it would be told twice. */
function overlapFault(former: readonly string[], prefixes: readonly string[]): string {
  for (const [i, prefix] of prefixes.entries()) {
    const existing = former.find((other) => overlap(prefix, other));
    const provided = prefixes.slice(i + 1).find((other) => overlap(prefix, other));
    if (existing === undefined && provided === undefined) continue;
    const [which, other] = existing === undefined
      ? ["another provided", provided]
      : ["an existing", existing];
    return `ERR Prefix '${prefix}' overlaps with ${which} prefix '${other}'. ` +
      "Prefixes for a single client must not overlap.";
  }
  return "";
}

function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function modeOf({ options }: Wish): TrackingMode {
  if (options.has("BCAST")) return "broadcast";
  if (options.has("OPTIN")) return "optin";
  return options.has("OPTOUT") ? "optout" : "all";
}

/** CLIENT CACHING YES | NO. */
export const clientCaching: LocalCommand = (call) => {
  const tracker = trackerOf(call);
  if (tracker === null) {
    return errorReply(
      "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
    );
  }
  const answer = keyword(call, 2);
  if (answer !== "YES" && answer !== "NO") return errorReply(SYNTAX_ERROR);
  const mode = answer === "YES" ? "optin" : "optout";
  if (tracker.mode !== mode) {
    return errorReply(
      `ERR CLIENT CACHING ${answer} is only valid when tracking is enabled in ${mode.toUpperCase()} mode.`,
    );
  }
  tracker.isCaching = true;
  return OK;
};

/** CLIENT GETREDIR. */
export const clientGetRedir: LocalCommand = (call) =>
  integerReply(trackerOf(call) === null ? NO_TRACKING : NO_REDIRECTION);

/** CLIENT TRACKINGINFO. */
export const clientTrackingInfo: LocalCommand = (call) => {
  const version = versionOf(call.session.variant);
  const tracker = trackerOf(call);
  return mapReply(version, [
    bulkReply("flags"),
    setReply(version, flagsOf(tracker).map(bulkReply)),
    bulkReply("redirect"),
    integerReply(tracker === null ? NO_TRACKING : NO_REDIRECTION),
    bulkReply("prefixes"),
    arrayReply(
      (tracker?.prefixes ?? []).toSorted().map((prefix) => bulkReply(Buffer.from(prefix, "latin1"))),
    ),
  ]);
};

function flagsOf(tracker: Tracker | null): string[] {
  if (tracker === null) return ["off"];
  const caching = tracker.mode === "optin" ? "caching-yes" : "caching-no";
  const mode = { all: [], optin: ["optin"], optout: ["optout"], broadcast: ["bcast"] }[tracker.mode];
  return ["on", ...mode, ...(tracker.isCaching ? [caching] : [])];
}

function trackerOf({ session }: LocalCall): Tracker | null {
  return session.client.redis?.tracker ?? null;
}
