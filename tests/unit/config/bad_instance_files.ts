/** Rules of a configuration file about the options beside the pools, by files that break them. */
import { type BadFile, inPool, listening, own } from "./bad_file.ts";

const TOP: readonly BadFile[] = [
  ["misspells an option beside the pools", own("^worker: 2"), [
    "",
    'unknown option "worker"; did you mean "workers"?',
  ]],
  ["says dashes for underscores", own("^shutdown-grace: 5"), ["", 'did you mean "shutdown_grace"?']],
  ["has a section under another name", own("^hotkeys: {sample: 1}"), ["", 'did you mean "hot_keys"?']],
  ["sets an option beside the pools twice", own("watch: true", "^watch: false"), [
    "",
    '"watch" stands here again; it is first set on line 1',
  ]],
  ["puts an option of a section beside the pools", own("^token_file: x"), [
    "",
    'unknown option "token_file"',
  ]],
  ["puts an option beside the pools into one", inPool("^workers: 2"), [
    'pool "p"',
    'unknown option "workers"',
  ]],
  ["has no worker", own("workers: ^0"), ["workers", "0 is not in 1..64"]],
  ["has too many workers", own("workers: ^65"), ["workers", "65 is not in 1..64"]],
  ["has workers in words", own("workers: ^all"), ["workers", '"all" is neither a whole number nor auto']],
  ["has half a worker", own("workers: ^1.5"), ["workers", '"1.5" is not a whole number in digits']],
  ["has a list of workers", own("workers: ^[2]"), ["workers", "expected a single value, found a list"]],
  ["has a grace with a unit", own("shutdown_grace: ^10s"), [
    "shutdown_grace",
    '"10s" is not a whole number in digits',
  ]],
  ["watches yes", own("watch: ^yes"), ["watch", '"yes" is neither true nor false; write true']],
  ["has a PID file without a path", own("pid_file:^"), ["pid_file", "the value is empty"]],
  ["has a store of an unknown kind", own("store: ^etcd://a:2379"), [
    "store",
    '"etcd://a:2379" is not a store; write file:PATH',
  ]],
  ["has a store without its kind", own("store: ^/var/lib/s"), ["store", "is not a store; write file:PATH"]],
  ["has a store without a path", own('store: ^"file:"'), ["store", '"file:" has no path']],
];

const SECTIONS: readonly BadFile[] = [
  ["gives a section nothing", own("slowlog:^"), ["slowlog", "expected a map of options, found nothing"]],
  ["gives a section a list", own("hot_keys: ^[1]"), ["hot_keys", "expected a map of options, found a list"]],
  ["gives a section a flag", own("admin: ^off"), ["admin", "expected a map of options, found a text"]],
  ["misspells an option of a section", own("admin: {^tokenfile: x}"), [
    "admin",
    'did you mean "token_file"?',
  ]],
  ["sets an option of a section twice", own("slowlog:", "  entries: 5", "  ^entries: 6"), [
    "slowlog",
    '"entries" stands here again; it is first set on line 2',
  ]],
  ["has an unknown log format", own("log: {format: ^jsno}"), [
    "log: format",
    '"jsno" is not a log format; did you mean "json"?',
  ]],
  ["has a slow log of nothing", own("slowlog: {entries: ^0}"), ["slowlog: entries", "0 is not in 1..65536"]],
  ["has a slow log in fractions", own("slowlog: {threshold: ^0.5}"), [
    "slowlog: threshold",
    '"0.5" is not a whole number in digits',
  ]],
  ["samples a negative number", own("hot_keys: {sample: ^-1}"), [
    "hot_keys: sample",
    "is not a whole number",
  ]],
  ["keeps too many hot keys", own("hot_keys: {keys: ^4097}"), ["hot_keys: keys", "4097 is not in 1..4096"]],
  ["has a negative number of clients", own("limits: {max_clients: ^-1}"), [
    "limits: max_clients",
    "is not a whole number",
  ]],
  [
    "has faults in a section and below it",
    own("log: {level: ^x, ^levl: 5}", "workers: ^x"),
    [
      "log: level",
      '"x" is not a whole number',
    ],
    ["log", 'did you mean "level"?'],
    ["workers", '"x" is neither a whole number nor auto'],
  ],
];

/** Why an open admin endpoint is refused. */
const OPEN = "is reached from other machines, so admin needs a token_file";
const BY_DEFAULT = "is already taken by the admin endpoint, by default";

const ADMIN: readonly BadFile[] = [
  ["has an admin endpoint without a port", own("admin: {listen: ^localhost}"), [
    "admin: listen",
    '"localhost" has no port; write host:port or /path',
  ]],
  ["opens the admin endpoint to everybody", own('admin: {listen: ^"0.0.0.0:9922"}'), [
    "admin: listen",
    `"0.0.0.0:9922" ${OPEN}; without one, listen on 127.0.0.1 or on a unix socket`,
  ]],
  ["opens the admin endpoint to its network", own("admin:", "  listen: ^10.1.2.3:9922"), [
    "admin: listen",
    `"10.1.2.3:9922" ${OPEN}`,
  ]],
  ["opens the admin endpoint by IPv6", own('admin: {listen: ^"[::]:9922"}'), ["admin: listen", OPEN]],
  ["opens the admin endpoint by a name", own("admin: {listen: ^127.example.com:1}"), ["admin: listen", OPEN]],
  [
    "asks an open admin endpoint's readers for a token only",
    own(
      "admin: {listen: ^ops:9922, read_token_file: x}",
    ),
    ["admin: listen", OPEN],
  ],
  ["has an admin endpoint where a pool listens", own("admin: {listen: ^/tmp/p}", { listen: "/tmp/p" }), [
    "admin: listen",
    '"/tmp/p" is already taken by pool "p"',
  ]],
  [
    "has an admin endpoint inside of where a pool listens",
    own("admin: {listen: ^127.0.0.1:7}", {
      listen: "0.0.0.0:7",
    }),
    ["admin: listen", '"127.0.0.1:7" overlaps with "0.0.0.0:7", which is already taken by pool "p"'],
  ],
  ["has a pool where the admin endpoint is by default", own({ listen: "^127.0.0.1:9922" }), [
    'pool "p": listen',
    `"127.0.0.1:9922" ${BY_DEFAULT}; move one of them, or write admin: { listen: off }`,
  ]],
  ["has a pool in nutcracker's form where the admin endpoint is", listening("^127.0.0.1:9922"), [
    'pool "p": listen',
    `"127.0.0.1:9922" ${BY_DEFAULT}; move the pool, or write the file with pools:, where admin.listen`,
  ]],
  ["has a pool on every address of the admin endpoint's port", listening("^0.0.0.0:9922"), [
    'pool "p": listen',
    '"0.0.0.0:9922" overlaps with "127.0.0.1:9922", which is already taken by the admin endpoint, by default',
  ]],
];

const LISTENERS: readonly BadFile[] = [
  ["has two pools on one address of two spellings", two('"[::1]:5"', "0:0::1:5"), [
    'pool "q": listen',
    '"[0:0::1]:5" overlaps with "[::1]:5", which is already taken by pool "p"',
  ]],
  ["has a pool on an address that another one takes in", two("0.0.0.0:5", "10.0.0.1:5"), [
    'pool "q": listen',
    '"10.0.0.1:5" overlaps with "0.0.0.0:5"',
  ]],
  ["has a pool that takes in another one's address", two("10.0.0.1:5", '"[::]:5"'), [
    'pool "q": listen',
    '"[::]:5" overlaps with "10.0.0.1:5"',
  ]],
  ["has two pools on one unix socket of two modes", two("/tmp/p", "/tmp/p 0600"), [
    'pool "q": listen',
    '"/tmp/p" is already taken by pool "p"',
  ]],
];

/** A file with two pools that listen there; the fault is expected in the second. */
function two(first: string, second: string): string {
  return `${listening(first)}${listening(`^${second}`).replace("p:", "q:")}`;
}

/** One file for each rule. */
export const BAD_INSTANCE_FILES: readonly BadFile[] = [TOP, SECTIONS, ADMIN, LISTENERS].flat();
