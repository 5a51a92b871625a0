/** Rules of a configuration file about TLS, users and passwords, by files that break them. */
import { type BadFile, inPool } from "./bad_file.ts";

const P = 'pool "p"';
const HASH = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5";

const TLS: readonly BadFile[] = [
  ["has a certificate without a key", inPool("^tls: {cert: c.pem}"), [
    `${P}: tls`,
    'the option "key" is missing',
  ]],
  ["has a key without a certificate", inPool("^tls:", "  key: k.pem"), [
    `${P}: tls`,
    'the option "cert" is missing',
  ]],
  ["has TLS with nothing in it", inPool("^^tls: {}"), [`${P}: tls`, 'the option "cert" is missing'], [
    `${P}: tls`,
    'the option "key" is missing',
  ]],
  ["says true to TLS without a certificate", inPool("tls: ^true"), [
    `${P}: tls`,
    "expected a map of options, found a text",
  ]],
  ["gives TLS a file", inPool("tls: ^c.pem"), [`${P}: tls`, "expected a map of options, found a text"]],
  ["gives TLS a list", inPool("tls:", "^- cert: c"), [`${P}: tls`, "found a list"]],
  ["misspells an option of TLS", inPool("tls:", "  cert: c", "  key: k", "  ^clientca: x"), [
    `${P}: tls`,
    'unknown option "clientca"; did you mean "client_ca"?',
  ]],
  ["sets an option of TLS twice", inPool("tls:", "  cert: c", "  key: k", "  ^key: l"), [
    `${P}: tls`,
    '"key" stands here again; it is first set on line 8',
  ]],
  ["has a certificate without a path", inPool("tls: {cert: ^'', key: k}"), [
    `${P}: tls: cert`,
    "the value is empty",
  ]],
  ["has a list of certificates", inPool("tls: {cert: ^[a, b], key: k}"), [
    `${P}: tls: cert`,
    "expected a single value, found a list",
  ]],
  ["says yes to TLS to the servers", inPool("server_tls: ^yes"), [
    `${P}: server_tls`,
    "expected a map of options, found a text",
  ]],
  ["shows the servers a certificate without its key", inPool("server_tls: {cert: ^c}"), [
    `${P}: server_tls: cert`,
    'a certificate and its key go together; "key" is missing',
  ]],
  ["shows the servers a key without its certificate", inPool("server_tls:", "  ca: x", "  key: ^k"), [
    `${P}: server_tls: key`,
    'a certificate and its key go together; "cert" is missing',
  ]],
  ["verifies servers maybe", inPool("server_tls: {verify: ^0}"), [
    `${P}: server_tls: verify`,
    '"0" is neither true nor false; write false',
  ]],
  ["misspells an option of TLS to the servers", inPool("server_tls: {^servername: x}"), [
    `${P}: server_tls`,
    'did you mean "server_name"?',
  ]],
];

const USERS: readonly BadFile[] = [
  ["has a list of users", inPool("users:", "^- app"), [
    `${P}: users`,
    "expected a map of users, found a list",
  ]],
  ["has a text of users", inPool("users: ^app"), [`${P}: users`, "expected a map of users, found a text"]],
  ["has no users", inPool("users: ^{}"), [`${P}: users`, "the map of users is empty"]],
  ["has a user without rules", inPool("users:", "  app:^"), [`${P}: users: app`, "the value is empty"]],
  ["has a user with a list of rules", inPool("users: {app: ^[on, nopass]}"), [
    `${P}: users: app`,
    "expected a single value, found a list",
  ]],
  ["has a user twice", inPool("users:", "  app: on nopass", "  ^app: off"), [
    `${P}: users`,
    '"app" stands here again; it is first set on line 7',
  ]],
  ["has a user without a name", inPool("users: {'': ^on nopass}"), [
    `${P}: users: `,
    "the name of a user has no spaces in it, and is not empty",
  ]],
  ["has a user with a space in its name", inPool("users: {a b: ^on nopass}"), [
    `${P}: users: a`,
    "the name of a user has no spaces in it",
  ]],
  ["has a password in plain text", inPool("users:", "  app: ^on >hunter2 ~*"), [
    `${P}: users: app`,
    "rule 2 is a password in plain text; write # and the 64 digits of: printf %s PASSWORD | sha256sum",
  ]],
  ["has a password behind the sign of a hash", inPool("users:", '  app: ^"on #hunter2"'), [
    `${P}: users: app`,
    "rule 2 has no SHA-256 behind its #; write # and the 64 digits of: printf %s",
  ]],
  ["has a hash that is too long", inPool("users:", `  app: ^"#${HASH}0 on"`), [
    `${P}: users: app`,
    "rule 1 has no SHA-256 behind its #",
  ]],
  ["forgets the quotes around a hash", inPool("users:", `  app: ^on #${HASH} ~*`), [
    `${P}: users: app`,
    "nobody could log in without a rule #SHA256 or nopass; a text with # needs quotes",
  ]],
  ["misspells a rule", inPool("users: {app: ^on nopass allkyes}"), [
    `${P}: users: app`,
    'rule 3 is not one that is known here; did you mean "allkeys"?',
  ]],
  ["has a rule that is none", inPool("users: {app: ^on nopass whatever}"), [
    `${P}: users: app`,
    "rule 3 is not one that is known here; there are on, off, nopass, resetpass",
  ]],
  ["has rules in parentheses that never end", inPool("users: {app: ^on nopass (~x +get}"), [
    `${P}: users: app`,
    "rule 4 leaves a parenthesis open",
  ]],
  ["has a password in parentheses", inPool("users:", `  app: ^"on nopass (~x #${HASH})"`), [
    `${P}: users: app`,
    "rule 4 concerns the user and can't stand in parentheses",
  ]],
  ["takes back a password", inPool("users:", `  app: ^"on nopass !${HASH}"`), [
    `${P}: users: app`,
    "rule 3 takes back a password; leave that password out instead",
  ]],
  ["allows keys when all are allowed", inPool("users: {app: ^on nopass ~* ~app:*}"), [
    `${P}: users: app`,
    "rule 4 has no effect: all keys are allowed before it; resetkeys takes that back",
  ]],
  ["misspells a command", inPool("users: {app: ^on nopass +zrangebyscor}"), [
    `${P}: users: app`,
    'rule 3 is not a command such as +get or +config|get; did you mean "zrangebyscore"?',
  ]],
  ["misspells a subcommand", inPool("users: {app: ^on nopass +config|gte}"), [
    `${P}: users: app`,
    'did you mean "config|get"?',
  ]],
  ["misspells a category", inPool("users: {app: ^on nopass -@dangerus}"), [
    `${P}: users: app`,
    'rule 3 is not a category such as +@read; did you mean "@dangerous"?',
  ]],
  ["forbids a command with a word behind it", inPool("users: {app: ^on nopass -select|0}"), [
    `${P}: users: app`,
    "rule 3 can only allow a command with one word behind it",
  ]],
  ["has an empty key pattern", inPool("users: {app: ^on nopass ~}"), [
    `${P}: users: app`,
    "rule 3 is not a key pattern such as ~app:*",
  ]],
  ["has a key pattern for nothing known", inPool("users: {app: ^on nopass %X~a}"), [
    `${P}: users: app`,
    "rule 3 is not a key pattern such as %R~app:* or %RW~app:*",
  ]],
  ["has a category without a name", inPool("users: {app: ^on nopass +@}"), [
    `${P}: users: app`,
    "rule 3 is not a category such as +@read",
  ]],
  ["has a command without a name", inPool("users: {app: ^on nopass -}"), [
    `${P}: users: app`,
    "rule 3 is not a command such as +get or +config|get",
  ]],
  ["has a pattern of commands", inPool("users: {app: ^on nopass +*}"), [
    `${P}: users: app`,
    "rule 3 is not a command such as +get",
  ]],
  ["has two bad users", inPool("users:", "  a: ^on x", "  b: off", "  c: ^on y"), [
    `${P}: users: a`,
    "rule 2 is not one",
  ], [`${P}: users: c`, "rule 2 is not one"]],
  ["gives the default user two passwords", inPool("redis_auth: x", "users:", "  default: ^on nopass"), [
    `${P}: users: default`,
    "this user has its password from redis_auth; leave one of the two out",
  ]],
  ["has users on a memcached pool", memcached("users: ^{app: on nopass}"), [
    `${P}: users`,
    "only a Redis pool has users",
  ]],
];

const BACKEND_AUTH: readonly BadFile[] = [
  ["has a user for the servers without a password", inPool("^backend_auth: {user: u}"), [
    `${P}: backend_auth`,
    'the option "password" is missing',
  ]],
  ["gives the password for the servers alone", inPool("backend_auth: ^hunter2"), [
    `${P}: backend_auth`,
    "expected a map of options, found a text",
  ]],
  ["misspells the password for the servers", inPool("^backend_auth: {^pasword: hunter2}"), [
    `${P}: backend_auth`,
    'the option "password" is missing',
  ], [`${P}: backend_auth`, 'unknown option "pasword"; did you mean "password"?']],
  ["has a password for memcached servers", memcached("backend_auth: ^{password: x}"), [
    `${P}: backend_auth`,
    "only a Redis pool takes a password",
  ]],
  ["allows commands maybe", inPool("admin_commands: ^on"), [
    `${P}: admin_commands`,
    '"on" is neither true nor false; write true',
  ]],
];

/** A nutcracker file with a memcached pool "p" that is good but for this line. */
function memcached(line: string): string {
  return `p:\n  listen: a:1\n  servers: [ 'a:1:1' ]\n  ${line}\n`;
}

/** One file for each rule. */
export const BAD_SECURITY_FILES: readonly BadFile[] = [TLS, USERS, BACKEND_AUTH].flat();
