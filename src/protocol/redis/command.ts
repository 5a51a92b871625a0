/**
 * What the proxy knows about one Redis command, in the form the data path reads it: numbers and bytes, no strings.
 * `command_table.ts` declares the commands; this file says what a declaration is made of.
 */

/** How the proxy serves a command. */
export type Handling =
  /** One server owns all the keys; a command without keys goes to the pool's fixed server. */
  | "forward"
  /** As "forward", and the script it runs by name is brought along where the server may lack it. */
  | "script"
  /** One array element per key, in request order (MGET). */
  | "split-elements"
  /** Key and value pairs, one +OK (MSET). */
  | "split-pairs"
  /** Integers that add up (DEL, UNLINK, TOUCH, EXISTS). */
  | "split-sum"
  /** Every server is asked, and their replies become one: `Command.merge`. */
  | "everywhere"
  /** One server after the other; the cursor says which (SCAN). */
  | "scan"
  /** The server that the channel's hash names, whoever listens elsewhere (PUBLISH, SPUBLISH). */
  | "publish"
  /** The proxy answers itself. */
  | "local"
  /** It changes what becomes of the session's other requests, or needs a server connection of its own. */
  | "stateful"
  /** Answered with an error that says why: `Command.refusal`. */
  | "refuse";

/** How the replies of all servers become one. A server that fails makes it an error, whatever the others say. */
export type ServersMerge =
  /** One +OK (FLUSHALL). */
  | "ok"
  /** The first server's; they say the same, or it doesn't matter (SCRIPT LOAD, BGSAVE). */
  | "first"
  /** As "first", but they have to be of one size: with contents that differ none is the right one (FUNCTION DUMP). */
  | "alike"
  /** Integers that add up (DBSIZE). */
  | "sum"
  /** The lowest integer (LASTSAVE). */
  | "lowest"
  /** Arrays of 0 and 1: what all servers have (SCRIPT EXISTS). */
  | "all-have"
  /** Arrays, one behind the other (KEYS). Together they may not weigh more than `max_keys_reply`. */
  | "concatenation"
  /** The key of one server, which is drawn in proportion to how many it has (RANDOMKEY). */
  | "draw"
  /** Names and values; where servers differ, the value says who has which (CONFIG GET). */
  | "settings"
  /** Server names and their replies in turn (MEMORY STATS). */
  | "by-server"
  /** The libraries that all servers have (FUNCTION LIST). */
  | "common-libraries"
  /** That of the server where a script runs (FUNCTION STATS). */
  | "running"
  /** +OK when a script was stopped anywhere (SCRIPT KILL). */
  | "stopped";

/** How a command uses the keys of one key specification. */
export type KeyAccess = "read" | "write" | "read-write";

/** How the keys are found once the beginning is. */
export type KeySearch =
  /** From the beginning to `last` by `step`. */
  | "range"
  /** The beginning holds the number of keys. */
  | "count"
  /** SORT's STORE, which may stand anywhere among the options. Redis calls it unknown. */
  | "sort-store"
  /** The arguments don't say; such keys are taken to live where the others do. */
  | "unknown";

/** Where the keys of a command stand, as `COMMAND INFO` describes it since Redis 7. */
export interface KeySpec {
  readonly access: KeyAccess;
  /** What a user must be allowed to do with the keys: bits of `READS` and `WRITES`; 0 asks whether there is one. */
  readonly needs: number;
  /** As `COMMAND` prints them: RO, RW, OW or RM, then what happens to the value. */
  readonly flags: readonly string[];
  /** False for arguments that are placed like keys and are none: the channels of sharded publish and subscribe. */
  readonly isKey: boolean;
  /** Argument index where the search begins (the command name is 0); with `keyword`, where to look for it from
   * (negative: from the end, backwards). */
  readonly begin: number;
  /** The argument (any case) that the keys follow, such as STREAMS or STORE. Empty: keys begin at `begin`. */
  readonly keyword: string;
  readonly find: KeySearch;
  /** range: last key counted from the first one; negative: counted from the last argument (-1 is the last). */
  readonly last: number;
  /** range with last -1: only the first 1/limit of the remaining arguments are keys (XREAD: 2). 0: all of them. */
  readonly limit: number;
  /** count: where the first key stands, counted from the argument with the number. */
  readonly first: number;
  /** Distance between two keys. */
  readonly step: number;
}

/** One command, or one subcommand of a container command such as CLIENT. */
export interface Command {
  /** Position in the table, from 0; subcommands have ids of their own, learned commands have theirs behind all of the
   * table's. Indexes per-command figures. */
  readonly id: number;
  /** Lower case, as `COMMAND` prints it; subcommands as `client|id`. */
  readonly name: string;
  /** Number of arguments with the name: exact when positive, at least `-arity` when negative. */
  readonly arity: number;
  /** As `COMMAND` prints them, sorted. */
  readonly flags: readonly string[];
  /** ACL categories with their @, sorted. */
  readonly categories: readonly string[];
  readonly keys: readonly KeySpec[];
  readonly handling: Handling;
  /** Null unless every server is asked. */
  readonly merge: ServersMerge | null;
  /** Why the proxy refuses it, as the client reads it after `-ERR `; empty unless refused. */
  readonly refusal: string;
  /** Group of Redis's own documentation: string, list, connection … */
  readonly group: string;
  /** First Redis version that has it; empty when only a server has told of it. */
  readonly since: string;
  /**
   * In @admin or @dangerous, and about more than the keys it names or the client that sends it: it takes
   * `admin_commands` or a user whose rules allow it. Commands with keys of their own (SORT, RESTORE) and what tells a
   * client about the proxy and itself (INFO, ROLE) are not.
   */
  readonly administrative: boolean;
  /** Can't change the state of the connection it runs on, so it may share a lane or a transaction block. */
  readonly connectionNeutral: boolean;
  /** Changes nothing, so that it may be sent again when nobody knows whether it was executed. */
  readonly retrySafe: boolean;
  /** A replica of the keys' server may answer it, while it doesn't wait: it only reads what is replicated. */
  readonly forReplicas: boolean;
  /** Argument index of an iteration cursor (SCAN 1, HSCAN 2); 0 when there is none. */
  readonly cursor: number;
  /** The option that makes it wait for data (XREAD: BLOCK); empty when there is none. See `waitOf`. */
  readonly blockingKeyword: string;
  /** Argument index of how long it waits for data, in seconds; from the end when negative; 0 when it never does;
   * `UNTIL_SERVED` when it doesn't say. */
  readonly timeoutAt: number;
  /** Empty unless a container. A container's own handling counts only when it is sent without a subcommand. */
  readonly subcommands: readonly Command[];

  /** True when the only key is argument 1 and nothing else needs looking at: the fast path. */
  readonly singleKey: boolean;
  /** True when flagged write. */
  readonly write: boolean;
}
