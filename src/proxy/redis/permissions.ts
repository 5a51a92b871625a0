/**
 * What clients of one pool may not ask, in the words they are told so. Two rules: what the user's rules don't allow
 * (`AccessCheck`), and commands that administer take rules that allow them or `admin_commands`.
 */
import type { PoolConfig } from "../../config/mod.ts";
import type { Arguments } from "../../protocol/arguments.ts";
import {
  AccessCheck,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  DENIED_SCRIPT,
  DENIED_SORT_BY,
  DENIED_SORT_GET,
} from "../../protocol/redis/acl/access_check.ts";
import type { User } from "../../protocol/redis/acl/user.ts";
import type { Command } from "../../protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../protocol/redis/command_table.ts";
import { KINDS, PATTERN } from "../pubsub/kind.ts";
import type { RedisSession } from "./redis_session.ts";

const MONITOR = ALL_COMMANDS.find(({ name }) => name === "monitor")!;
const NO_ARGUMENTS: Arguments = { count: 1, bytesOf: () => Buffer.alloc(0), start: () => 0, end: () => 0 };

/** The permissions of one pool's clients. */
export class Permissions {
  readonly #config: PoolConfig;
  readonly #check = new AccessCheck();

  constructor(config: PoolConfig) {
    this.#config = config;
  }

  /** Why the user may not send this request, as an error reply without its dash; empty when it may. */
  denial(user: User, command: Command, args: Arguments): string {
    if (command.administrative && !this.mayAdminister(user)) {
      const name = command.name.toUpperCase().replace("|", " ");
      return `NOPERM ${name} takes admin_commands: true in pool '${this.#config.name}', ` +
        "or a user whose rules allow it";
    }
    if (user.isUnlimited && command.group !== "pubsub") return "";
    switch (this.#check.check(user, command, args)) {
      case DENIED_COMMAND:
        return `NOPERM this user has no permissions to run the '${command.name}' command`;
      case DENIED_KEY:
        return "NOPERM this user has no permissions to access one of the keys used as arguments";
      case DENIED_CHANNEL:
        return "NOPERM this user has no permissions to access one of the channels used as arguments";
      case DENIED_SCRIPT:
        return `NOPERM scripts can do more than this user may; its rules have to name '${command.name}' for it`;
      case DENIED_SORT_BY:
        return "ERR BY option of SORT denied due to insufficient ACL permissions.";
      case DENIED_SORT_GET:
        return "ERR GET option of SORT denied due to insufficient ACL permissions.";
      default:
        return "";
    }
  }

  /** Whether the user may be told all that a session is told. */
  mayListen(user: User, { subscriptions, isMonitoring }: RedisSession): boolean {
    const { selectors } = user;
    if (isMonitoring && this.denial(user, MONITOR, NO_ARGUMENTS) !== "") return false;
    return KINDS.every((kind) =>
      subscriptions.names(kind).every((name) =>
        selectors.some((selector) => selector.allowsChannel(name, kind === PATTERN))
      )
    );
  }

  /** Whether the user's rules alone decide what it may administer. */
  mayAdminister(user: User): boolean {
    return this.#config.adminCommands || user.isDeclared;
  }

  /** What ACL DRYRUN says of the request: OK, or what is denied. */
  dryRun(user: User, command: Command, args: Arguments): string {
    const denial = this.denial(user, command, args);
    if (denial === "") return "OK";
    const text = denial.slice(denial.indexOf(" ") + 1);
    return text[0]!.toUpperCase() + text.slice(1);
  }
}
