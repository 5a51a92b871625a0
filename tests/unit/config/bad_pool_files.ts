/** Rules of a configuration file about its form and its pools, by files that break them. */
import { type BadFile, inPool, listening, own, serving } from "./bad_file.ts";

const P = 'pool "p"';

const YAML: readonly BadFile[] = [
  ["is empty", "^", ["", "the file holds no pool"]],
  ["holds only a comment", "^# nothing\n", ["", "the file holds no pool"]],
  ["is an empty map", "^{}\n", ["", "the file holds no pool"]],
  ["is a list", "^- a\n", ["", "expected a map of pools, found a list"]],
  ["is one text", "^hello\n", ["", "expected a map of pools, found a text"]],
  ["has two documents", "a: 1\n^---\nb: 2\n", ["", "only one YAML document"]],
  ["leaves a quote open", "a: 'x\n^", ["", "Missing closing 'quote"]],
  ["is indented by a tab", "p:\n^\ta: b\n", ["", "Tabs are not allowed as indentation"]],
  ["has two values on a line", "a: ^b: c\n", ["", "Nested mappings are not allowed"]],
  ["has a key without a colon", "p:\n  hash: md5\n  ^timeout\n", [
    "",
    "Implicit map keys need to be followed",
  ]],
  ["begins a value with a sign of YAML", inPool("redis_auth: ^@x"), [
    "",
    "reserved character @; put it in quotes",
  ]],
  ["begins a value with an alias by mistake", listening("^*:22121"), [
    "",
    "a text that begins with * needs quotes",
  ]],
  ["begins a value with a tag by mistake", inPool("redis_auth: ^!x"), [
    "",
    "a text that begins with ! needs quotes",
  ]],
  ["has brackets around a host without quotes", listening("[::1]^:22121"), [
    "",
    'an address in brackets needs quotes: "[::1]:22121"',
  ]],
  ["merges what is no map", "p:\n  <<: ^5\n", ["", "<< needs a map"]],
  ["has a list as a key", "? ^[a]\n: b\n", ["", "a key must be a text"]],
];

const POOLS: readonly BadFile[] = [
  ["gives a pool a text", "p: ^x\n", [P, "expected a map of options, found a text"]],
  ["gives a pool nothing", "p:^\n", [P, "expected a map of options, found nothing"]],
  ["gives a pool a list", "p:\n  ^- x\n", [P, "expected a map of options, found a list"]],
  ["has a pool without a name", `^"":\n  listen: a:1\n  redis: true\n  servers: [ "a:1:1" ]\n`, [
    'pool ""',
    "a pool needs a name",
  ]],
  ["has a pool twice", `${serving("a:1:1")}^p: {}\n`, [
    "",
    '"p" stands here again; it is first set on line 1',
  ]],
  ["has no listen", "^p:\n  redis: true\n  servers:\n  - a:1:1\n", [P, 'the option "listen" is missing']],
  ["has no servers", "^p:\n  redis: true\n  listen: a:1\n", [P, 'the option "servers" is missing']],
  ["has an empty list of servers", "p:\n  redis: true\n  listen: a:1\n  servers: ^[]\n", [
    `${P}: servers`,
    "the list of servers is empty",
  ]],
  ["leaves servers empty", "p:\n  redis: true\n  listen: a:1\n  servers:^\n", [
    `${P}: servers`,
    "expected a list of servers, found nothing",
  ]],
  ["gives servers a text", "p:\n  redis: true\n  listen: a:1\n  servers: ^a:1:1\n", [
    `${P}: servers`,
    "expected a list of servers, found a text",
  ]],
  ["has an unknown key", inPool("^colour: red"), [P, 'unknown option "colour"']],
  ["misspells a key", inPool("^reuse_port: true"), [
    P,
    'unknown option "reuse_port"; did you mean "reuseport"?',
  ]],
  ["has a key in capitals", inPool("^Hash: md5"), [P, 'unknown option "Hash"; did you mean "hash"?']],
  ["has a key nutcracker only documents", inPool("^sentinels:", "- a:1:1"), [
    P,
    'unknown option "sentinels"',
  ]],
  ["forgets the space behind a colon", "^p: {listen: 'a:1', ^redis_auth:secret, redis: true}\n", [
    P,
    'the option "servers" is missing',
  ], [P, 'the option "redis_auth" needs a colon and a space']],
  ["has a key twice", inPool("^listen: a:1"), [P, '"listen" stands here again; it is first set on line 2']],
  ["gives one value a list", inPool("hash: ^[md5]"), [`${P}: hash`, "expected a single value, found a list"]],
  ["gives one value a map", inPool("hash: ^{a: b}"), [`${P}: hash`, "expected a single value, found a map"]],
  ["leaves a value empty", inPool("hash:^"), [`${P}: hash`, "the value is empty"]],
  ["quotes an empty value", inPool('redis_auth: ^""'), [`${P}: redis_auth`, "the value is empty"]],
];

const VALUES: readonly BadFile[] = [
  ["names an unknown hash", inPool("hash: ^sha1"), [`${P}: hash`, '"sha1" is not a hash; write one of']],
  ["misspells a hash", inPool("hash: ^fnv1a_46"), [`${P}: hash`, 'is not a hash; did you mean "fnv1a_64"?']],
  ["names a hash in capitals", inPool("hash: ^MD5"), [`${P}: hash`, 'did you mean "md5"?']],
  ["misspells a distribution", inPool("distribution: ^ketma"), [
    `${P}: distribution`,
    'did you mean "ketama"?',
  ]],
  ["has a hash tag of one byte", inPool('hash_tag: ^"{"'), [`${P}: hash_tag`, '"{" is 1 bytes long, not 2']],
  ["has a hash tag of three bytes", inPool('hash_tag: ^"{{}"'), [`${P}: hash_tag`, "is 3 bytes long, not 2"]],
  ["has a hash tag of two letters and four bytes", inPool("hash_tag: ^éé"), [
    `${P}: hash_tag`,
    "is 4 bytes long",
  ]],
  ["has a negative timeout", inPool("timeout: ^-1"), [
    `${P}: timeout`,
    '"-1" is not a whole number in digits',
  ]],
  ["has a fraction of a timeout", inPool("timeout: ^1.5"), [`${P}: timeout`, '"1.5" is not a whole number']],
  ["has a timeout with a unit", inPool("timeout: ^5s"), [`${P}: timeout`, '"5s" is not a whole number']],
  ["has a number in hexadecimal", inPool("backlog: ^0x10"), [
    `${P}: backlog`,
    '"0x10" is not a whole number',
  ]],
  ["has a number beyond an int", inPool("timeout: ^2147483648"), [
    `${P}: timeout`,
    "2147483648 is not in 0..2147483647",
  ]],
  ["has a number beyond every int", inPool(`backlog: ^${"9".repeat(30)}`), [
    `${P}: backlog`,
    `${"9".repeat(30)} is not in 0..2147483647`,
  ]],
  ["has no server connections", inPool("server_connections: ^0"), [
    `${P}: server_connections`,
    "0 is not in 1..2147483647",
  ]],
  ["has a negative database", inPool("redis_db: ^-1"), [`${P}: redis_db`, "is not a whole number"]],
  ["says yes", inPool("preconnect: ^yes"), [
    `${P}: preconnect`,
    '"yes" is neither true nor false; write true',
  ]],
  ["says off", inPool("tcpkeepalive: ^off"), [`${P}: tcpkeepalive`, "write false"]],
  ["says True", inPool("preconnect: ^True"), [`${P}: preconnect`, "write true"]],
  ["says maybe", inPool("preconnect: ^maybe"), [`${P}: preconnect`, '"maybe" is neither true nor false']],
  ["has a size in words", inPool("max_bulk: ^large"), [
    `${P}: max_bulk`,
    '"large" is not a size; write bytes',
  ]],
  ["has a fraction of a size", inPool("max_bulk: ^1.5gb"), [`${P}: max_bulk`, '"1.5gb" is not a size']],
  ["has a size of nothing", inPool("max_inline: ^0"), [`${P}: max_inline`, "0 is not in 1..1024gb"]],
  ["has a size beyond all bounds", inPool("max_inline: ^1025gb"), [
    `${P}: max_inline`,
    "1025gb is not in 1..1024gb",
  ]],
  ["has a body timeout of nothing", inPool("client_body_timeout: ^0"), [
    `${P}: client_body_timeout`,
    "0 is not in 1..",
  ]],
];

const LISTEN = `${P}: listen`;

const LISTENERS: readonly BadFile[] = [
  ["listens without a port", listening("^127.0.0.1"), [
    LISTEN,
    '"127.0.0.1" has no port; write host:port or /path',
  ]],
  ["listens on an empty port", listening('^"127.0.0.1:"'), [LISTEN, 'port "" is not a whole number']],
  ["listens on port 0", listening("^127.0.0.1:0"), [LISTEN, "port 0 is not in 1..65535"]],
  ["listens on port 65536", listening("^127.0.0.1:65536"), [LISTEN, "port 65536 is not in 1..65535"]],
  ["listens on no host", listening("^:22121"), [LISTEN, "the host is missing"]],
  ["listens on a star", listening('^"*:22121"'), [LISTEN, "write 0.0.0.0 for every address"]],
  ["listens on an address that is none", listening("^127.0.0.300:1"), [
    LISTEN,
    'host "127.0.0.300" is neither',
  ]],
  ["listens on broken IPv6", listening("^::1::2:22121"), [LISTEN, 'host "::1::2" is neither']],
  ["brackets what is not IPv6", listening('^"[localhost]:1"'), [LISTEN, 'host "[localhost]" is neither']],
  ["has a mode in words", listening("^/tmp/x.sock rw"), [LISTEN, 'file mode "rw" is not an octal number']],
  ["has a mode that is not octal", listening("^/tmp/x.sock 0799"), [
    LISTEN,
    'file mode "0799" is not an octal',
  ]],
  ["has a mode above 0777", listening("^/tmp/x.sock 1777"), [LISTEN, 'file mode "1777" is not an octal']],
  ["has a socket path the system can't hold", listening(`^/tmp/${"x".repeat(103)}`), [
    LISTEN,
    "has 108 bytes",
  ]],
  [
    "listens on one address twice",
    `${listening("a:1")}q:\n  redis: true\n  listen: ^a:01\n  servers: [ "a:1:1" ]\n`,
    [
      'pool "q": listen',
      '"a:1" is already taken by pool "p"',
    ],
  ],
];

const FIRST = `${P}: servers[0]`;
const SECOND = `${P}: servers[1]`;

const SERVERS: readonly BadFile[] = [
  ["has a server without a weight", serving("^a:1"), [FIRST, '"a:1" is not host:port:weight']],
  ["has a server that is only a host", serving("^a"), [FIRST, '"a" is not host:port:weight']],
  ["has a server of weight 0", serving("^a:1:0"), [FIRST, "weight 0 is not in 1..2147483647"]],
  ["has a server of negative weight", serving("^a:1:-1"), [FIRST, 'weight "-1" is not a whole number']],
  ["has a server on port 0", serving("^a:0:1"), [FIRST, "port 0 is not in 1..65535"]],
  ["has a server on port 70000", serving("a:1:1", "^a:70000:1"), [SECOND, "port 70000 is not in 1..65535"]],
  ["has a server without a host", serving("^:1:1"), [FIRST, "the host is missing"]],
  ["has a server with a space in its host", serving("^a b:1:1"), [FIRST, '"a" is not host:port:weight']],
  ["has a server with two names", serving("^a:1:1 n m"), [FIRST, 'weight "1 n" is not a whole number']],
  ["has a server with an empty name", serving('^"a:1:1 "'), [
    FIRST,
    "ends with a space where a name should be",
  ]],
  ["has a socket without a weight", serving("^/tmp/s"), [
    FIRST,
    '"/tmp/s" has no weight; write /path:weight',
  ]],
  ["has a socket with a colon in its path", serving("^/tmp/a:b:1"), [FIRST, "holds a colon"]],
  ["has a server that is a list", serving("^[a]"), [FIRST, "expected a single value, found a list"]],
  ["has a server twice", serving("a:1:1", "^a:1:2"), [SECOND, '"a:1" is already that of servers[0]']],
  ["calls a server like another", serving("a:1:1", "^b:1:2 a:1"), [
    SECOND,
    '"a:1" is already that of servers[0]',
  ]],
  ["has two faults among its servers", serving("a:1:1", "^a:1:0", "^a:1:5"), [SECOND, "weight 0"], [
    `${P}: servers[2]`,
    '"a:1" is already that of servers[0]',
  ]],
];

const RULES: readonly BadFile[] = [
  ["has a password on a memcached pool", "p:\n  listen: a:1\n  redis_auth: ^x\n  servers: [ 'a:1:1' ]\n", [
    `${P}: redis_auth`,
    "only a Redis pool takes a password",
  ]],
  [
    "lets in an item that no client could be sent",
    "p:\n  listen: a:1\n  max_item: ^2gb\n  servers: [ 'a:1:1' ]\n",
    [
      `${P}: max_item`,
      "2gb is above client_outbox_hard (1gb, the default)",
    ],
  ],
  ["says two protocols", inPool("protocol: ^memcached"), [
    `${P}: protocol`,
    '"memcached" contradicts redis: true',
  ]],
  ["has a client outbox without a gap", inPool("client_outbox_low: ^1mb"), [
    `${P}: client_outbox_low`,
    "1mb is not below client_outbox_high (1mb, the default)",
  ]],
  ["has a client outbox upside down", inPool("client_outbox_low: ^20k", "client_outbox_high: 10k"), [
    `${P}: client_outbox_low`,
    "20kb is not below client_outbox_high (10kb)",
  ]],
  ["has a high mark below the default low one", inPool("client_outbox_high: ^10k"), [
    `${P}: client_outbox_high`,
    "10kb is not above client_outbox_low (256kb, the default)",
  ]],
  ["has a high mark above the hard one", inPool("client_outbox_high: ^2gb"), [
    `${P}: client_outbox_high`,
    "2gb is above client_outbox_hard (1gb, the default)",
  ]],
  ["has a server outbox upside down", inPool("server_outbox_high: ^1mb"), [
    `${P}: server_outbox_high`,
    "1mb is not above server_outbox_low (1mb, the default)",
  ]],
  ["lets in a value longer than a request", inPool("max_request: ^1mb"), [
    `${P}: max_request`,
    "1mb is below max_bulk (512mb, the default)",
  ]],
  ["lets in a value that can't be delivered", inPool("client_outbox_hard: ^500mb"), [
    `${P}: client_outbox_hard`,
    "500mb is below max_bulk (512mb, the default)",
  ]],
  [
    "lets in a value beyond every other limit",
    inPool("max_bulk: ^^^3gb"),
    [
      `${P}: max_bulk`,
      "3gb is above max_request (1gb, the default)",
    ],
    [`${P}: max_bulk`, "3gb is above client_outbox_hard (1gb, the default)"],
    [
      `${P}: max_bulk`,
      "3gb is above limits.total_bytes (2gb)",
    ],
  ],
];

const COMMANDS: readonly BadFile[] = [
  ["has a list of commands", inPool("commands:", "^- FT.SEARCH"), [
    `${P}: commands`,
    "expected a map of commands, found a list",
  ]],
  ["declares no commands", inPool("commands: ^{}"), [`${P}: commands`, "the map of commands is empty"]],
  ["declares a command of Redis", inPool("commands: {GET: ^read 1}"), [
    `${P}: commands: GET`,
    '"GET" is a command of Redis that needs no declaration',
  ]],
  ["declares a subcommand", inPool("commands: {'ft|search': ^read 1}"), [
    `${P}: commands: ft`,
    "a command is declared with its subcommands",
  ]],
  ["declares a command twice", inPool("commands: {ft.x: read 1, FT.X: ^read 2}"), [
    `${P}: commands: FT.X`,
    '"FT.X" is declared twice',
  ]],
  ["misspells a word of a declaration", inPool("commands: {ft.x: ^read 1 blokcing}"), [
    `${P}: commands: ft.x`,
    '"blokcing" is no word of a declaration; did you mean "blocking"?',
  ]],
  ["declares keys nowhere", inPool("commands: {ft.x: ^read}"), [
    `${P}: commands: ft.x`,
    "it doesn't say where the keys are",
  ]],
  [
    "declares commands of memcached",
    inPool("commands: ^{ft.x: read 1}").replace("redis: true", "redis: false"),
    [
      `${P}: commands`,
      "only a Redis pool has commands to declare",
    ],
  ],
];

const OWN_FORM: readonly BadFile[] = [
  ["has an empty map of pools", "^pools: {}\n", ["pools", "there is no pool in it"]],
  ["has a list of pools", "pools:\n  ^- p\n", ["pools", "expected a map of pools, found a list"]],
  [
    "has one pool that is no map",
    `pools:\n  p: ^5\n  q: {listen: 'a:1', redis: true, servers: ['a:1:1']}\n`,
    [
      P,
      "expected a map of options, found a text",
    ],
  ],
  ["has an unknown section", own("^logs: {level: 5}"), ["", 'unknown option "logs"; did you mean "log"?']],
  ["has an unknown option in a section", own("log: {^levle: 5}"), ["log", 'did you mean "level"?']],
  ["gives a section a text", own("log: ^5"), ["log", "expected a map of options, found a text"]],
  ["has a log level above 11", own("log: {level: ^12}"), ["log: level", "12 is not in 0..11"]],
  ["has a section twice", own("log: {level: 5}", "^log: {level: 6}"), ["", '"log" stands here again']],
  ["has room for less than one value", own("limits: {total_bytes: ^256mb}"), [
    `${P}: max_bulk`,
    "512mb is above limits.total_bytes (256mb)",
  ]],
  [
    "has a section in nutcracker's form",
    `${serving("a:1:1")}^^log:\n  ^level: 5\n`,
    [
      'pool "log"',
      'the option "listen" is missing',
    ],
    ['pool "log"', 'the option "servers" is missing'],
    ['pool "log"', 'unknown option "level"'],
  ],
];

/** One file for each rule. */
export const BAD_POOL_FILES: readonly BadFile[] = [
  YAML,
  POOLS,
  VALUES,
  LISTENERS,
  SERVERS,
  RULES,
  COMMANDS,
  OWN_FORM,
]
  .flat();
