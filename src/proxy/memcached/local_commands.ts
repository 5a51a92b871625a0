/** The commands the proxy answers itself: one entry per command, by name. */
import { textOf } from "../../protocol/arguments.ts";
import { COMMANDS } from "../../protocol/memcached/command_table.ts";
import type { RequestScanner } from "../../protocol/memcached/request_scanner.ts";
import type { Outbox } from "../../transport/outbox.ts";
import { askAll } from "../ask_all.ts";
import { replyLater } from "../reply_later.ts";
import { lowestVersion } from "../server_versions.ts";
import type { Session } from "../session.ts";
import { sameReply } from "./everywhere.ts";
import { appendRequest } from "./request_bytes.ts";
import { foldStats, ownStats, SERVER_STATS } from "./stats.ts";

type LocalCommand = (session: Session, request: RequestScanner) => void;

const REFUSED_STATS = Buffer.from(
  `CLIENT_ERROR this proxy has stats, stats ${
    Object.keys(SERVER_STATS).join(", stats ")
  } and stats reset\r\n`,
);

const stats: LocalCommand = (session, request) => {
  const what = request.count > 1 ? textOf(request, 1) : "";
  const command = request.command!.id + 1;
  const requests = [(outbox: Outbox) => appendRequest(outbox, request)];
  if (what === "") {
    replyLater(session, ownStats(session.pool));
  } else if (what === "reset") {
    askAll(session, { command, requests, merge: sameReply("RESET") });
  } else if (Object.hasOwn(SERVER_STATS, what)) {
    askAll(session, { command, requests, merge: foldStats(SERVER_STATS[what]!) });
  } else {
    session.reply(REFUSED_STATS);
  }
};

const MN = Buffer.from("MN\r\n");
const NO_SHUTDOWN = Buffer.from("ERROR: shutdown not enabled\r\n");

const LOCAL_COMMANDS: Record<string, LocalCommand> = {
  // Replies leave in order, so this one leaves behind all that was asked before it, of whatever server.
  mn: (session) => session.reply(MN),
  version: (session) => replyLater(session, versionReply(session)),
  stats,
  quit: (session) => session.finishAfterReplies(),
  shutdown: (session) => session.reply(NO_SHUTDOWN),
};

/** Local commands by command id; undefined for those that are not. */
export const LOCAL_BY_ID: readonly (LocalCommand | undefined)[] = COMMANDS.map(({ name }) =>
  LOCAL_COMMANDS[name]
);

async function versionReply(session: Session): Promise<Uint8Array> {
  return Buffer.from(`VERSION ${await lowestVersion(session.pool)}\r\n`);
}
