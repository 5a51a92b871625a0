/** A command that the proxy answers itself. */
import type { Arguments } from "../../../protocol/arguments.ts";
import type { Command } from "../../../protocol/redis/command.ts";
import type { Pool } from "../../pool.ts";
import type { Session } from "../../session.ts";
import type { Learner } from "../learner.ts";
import type { Permissions } from "../permissions.ts";
import type { Users } from "../users.ts";

/** What the local commands of a pool have in common. */
export interface LocalContext {
  readonly pool: Pool;
  readonly users: Users;
  readonly permissions: Permissions;
  readonly learner: Learner;
}

/** What a local command has to work with. */
export interface LocalCall extends LocalContext {
  readonly session: Session;
  readonly command: Command;
  /** The request as it was scanned; valid until the local command returns. */
  readonly request: Arguments;
  /** All arguments with the command's name, copied. */
  readonly args: readonly Buffer[];
}

/**
 * Answers a local command, now or later; later requests of the session wait for their turn meanwhile. Null when it
 * has replied to the session itself.
 */
export type LocalCommand = (call: LocalCall) => Uint8Array | null | Promise<Uint8Array>;

/** Argument `index` as upper-case text, for comparing with keywords. */
export function keyword(call: LocalCall, index: number): string {
  return call.args[index]!.toString("latin1").toUpperCase();
}
