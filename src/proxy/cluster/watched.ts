/**
 * What becomes of WATCH and of what it guards when their slot has moved. What is watched is watched on one connection,
 * and nobody can tell whether it was changed elsewhere; so EXEC answers as if it had been.
 */
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { answer } from "../answer.ts";
import { stateOf } from "../redis/redis_session.ts";
import { OK } from "../redis/replies.ts";
import { NOTHING_RAN } from "../redis/transactions.ts";
import type { Request } from "../request.ts";
import type { Session } from "../session.ts";
import { versionOf } from "../variant.ts";

/** Answers a request that was refused on a session's own lane, if it is about watched keys; else false. */
export function answersWatcher(session: Session, request: Request): boolean {
  const name = ALL_COMMANDS[request.command - 1]?.name;
  if (name === "exec") {
    answer(request, NOTHING_RAN[versionOf(session.variant)]);
    return true;
  }
  if (name !== "watch") return false;
  stateOf(session).pins.loseWatch();
  answer(request, OK);
  return true;
}
