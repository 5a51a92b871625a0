/** What a pool asks of requests beyond what a server would, between MULTI and EXEC too. */
import type { Arguments } from "../../protocol/arguments.ts";
import type { Command } from "../../protocol/redis/command.ts";
import type { Session } from "../session.ts";
import { copyFault } from "./copy_rule.ts";
import { sortFault } from "./sort_rule.ts";

/** Why the request can't be served here, as an error reply without its dash; empty when it can. */
export function ruleFault(session: Session, { name }: Command, args: Arguments): string {
  if (name === "sort" || name === "sort_ro") return sortFault(session.pool, args);
  return name === "copy" ? copyFault(session, args) : "";
}
