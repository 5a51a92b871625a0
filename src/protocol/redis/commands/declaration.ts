/**
 * How the files in this folder declare commands. A declaration holds what differs from command to command; what
 * follows from it is derived in `command_table.ts`.
 */
import type { Handling, KeySpec, ServersMerge } from "../command.ts";
import type { Refusal } from "./refusals.ts";

/** What only some commands have to say. */
export interface Options {
  /** How the proxy serves it, when that is not what its container or group says. */
  readonly handling?: Handling;
  /** It goes to every server; how their replies become one. */
  readonly merge?: ServersMerge;
  /** Why the proxy does not serve it. */
  readonly refuse?: Refusal;
  /** ACL categories in place of the group's; those that follow from flags come in any case. */
  readonly categories?: string;
  /** ACL categories besides the group's. */
  readonly also?: string;
  /** See `Command.cursor`. */
  readonly cursor?: number;
  /** See `Command.blockingKeyword`. */
  readonly blockingKeyword?: string;
  /** Any client may send it, although its category is dangerous: see `Command.administrative`. */
  readonly open?: boolean;
  /** It reads, but tells or touches what is the server's own: see `Command.forReplicas`. */
  readonly primaryOnly?: boolean;
  /** See `Command.timeoutAt`. */
  readonly timeoutAt?: number;
  /** It changes the state of the connection, or it does not although its group does. */
  readonly stateful?: boolean;
}

/** Commands that wait for as long as their last argument says. */
export const TIMEOUT_LAST: Options = { timeoutAt: -1 };
/** Commands that wait for as long as their first argument says. */
export const TIMEOUT_FIRST: Options = { timeoutAt: 1 };

/** One command as declared. */
export interface Declaration extends Options {
  readonly name: string;
  readonly arity: number;
  /** Separated by spaces, without `movablekeys`, which follows from the keys. */
  readonly flags: string;
  readonly since: string;
  readonly keys: readonly KeySpec[];
  /** Empty unless a container; their names are without the container's. */
  readonly subcommands: readonly Declaration[];
}

/** Commands that belong together, and what holds for all of them unless one says otherwise. */
export interface CommandGroup {
  /** As `COMMAND DOCS` prints it. */
  readonly name: string;
  /** The ACL categories that come with the group; empty when none does. Containers don't get them. */
  readonly categories: string;
  /** "forward" when absent. */
  readonly handling?: Handling;
  readonly refuse?: Refusal;
  readonly stateful?: boolean;
  readonly commands: readonly Declaration[];
}

/** A command: name, arity, flags, first version, keys, the rest. */
export function command(
  name: string,
  arity: number,
  flags: string,
  since: string,
  keys: KeySpec | readonly KeySpec[] = [],
  options: Options = {},
): Declaration {
  return { ...options, name, arity, flags, since, keys: "flags" in keys ? [keys] : keys, subcommands: [] };
}

/** A command that is nothing without a subcommand. Its options hold for the subcommands too. */
export function container(
  name: string,
  arity: number,
  flags: string,
  since: string,
  subcommands: readonly Declaration[],
  options: Options = {},
): Declaration {
  return { ...options, name, arity, flags, since, keys: [], subcommands };
}
