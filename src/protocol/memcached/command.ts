/** What the proxy knows about one memcached command. `command_table.ts` declares them. */

/** How the proxy serves a command. */
export type Handling =
  /** One server owns the key. */
  | "forward"
  /** Every key may live on another server: VALUE blocks of all, one END. */
  | "gather"
  /** Every server gets it; their replies become one. */
  | "everywhere"
  /** The proxy answers itself. */
  | "local";

/** How a client says that it wants no reply. */
export type Hush =
  /** It can't. */
  | "never"
  /** The last word is `noreply`; no reply is sent, whatever it is, except that memory ran out. */
  | "noreply"
  /** A flag `q`; the nominal replies, `Command.nominal`, are left out. */
  | "q";

/** What commands have in common, as figures tell it. */
export type Family = "get" | "store" | "delete" | "arithmetic" | "touch" | "meta" | "other";

/** One command. */
export interface Command {
  /** Position in the table, from 0. Indexes per-command figures. */
  readonly id: number;
  /** Lower case, as memcached wants it. */
  readonly name: string;
  readonly handling: Handling;
  readonly family: Family;
  /** Fewest and most words of the line, the command's name included. */
  readonly fewest: number;
  readonly most: number;
  /** What memcached says when there are too few or too many. */
  readonly tooFew: string;
  readonly tooMany: string;
  /** What it says when a meta command has a flag twice. */
  readonly twice: string;
  /** Bytes of the longest line that memcached reads to its end whenever that comes; beyond, it may close. */
  readonly longestLine: number;
  /** Word where the key stands, or the first of the keys; 0 when there is none. */
  readonly keyAt: number;
  /** Word with the length of the data block that follows the line; 0 when none follows. */
  readonly lengthAt: number;
  readonly hush: Hush;
  /** First two letters of the replies that `q` leaves out. */
  readonly nominal: readonly string[];
  /** True for the meta commands: flags follow the key, or the length. */
  readonly isMeta: boolean;
}

/** First word that may be a flag of a meta command. */
export function flagsAt(command: Command): number {
  return Math.max(command.keyAt, command.lengthAt) + 1;
}
