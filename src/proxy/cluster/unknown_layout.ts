/** What becomes of requests while nobody has told yet which nodes a cluster has. */
import type { Command } from "../../protocol/redis/command.ts";
import type { RequestScanner } from "../../protocol/redis/request_scanner.ts";
import { NO_SERVER } from "../failure.ts";
import { errorReply } from "../redis/replies.ts";
import type { Session } from "../session.ts";

/** Whether the command is for servers and none are known: then it waits, or has waited long enough and fails. */
export function waitsForLayout(session: Session, request: RequestScanner, command: Command): boolean {
  const { backends, redirects } = session.pool;
  const isForServers = command.handling !== "local" || command.group === "pubsub";
  if (backends.length > 0 || redirects === null || !isForServers) return false;
  if (!redirects.park(session, request)) session.reply(errorReply(`ERR ${NO_SERVER.text}`));
  return true;
}
