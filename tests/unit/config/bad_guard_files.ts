/** Rules of a configuration file about guard rails, by files that break them. */
import { type BadFile, inPool } from "./bad_file.ts";

const P = 'pool "p"';
const USER = "users: { app: on nopass ~* +@all }";

/** A pool of memcached servers that is good but for the line. */
function memcached(line: string): string {
  return `p:\n  listen: a:1\n  servers: [ 'a:1:1' ]\n  ${line}\n`;
}

/** Files with bad guard rails. */
export const BAD_GUARD_FILES: readonly BadFile[] = [
  ["misspells a command to deny", inPool("deny: [get, ^flushal]"), [
    `${P}: deny[1]`,
    '"flushal" is not a command; did you mean "flushall"?',
  ]],
  ["misspells a subcommand to deny", inPool("deny: [^config|sett]"), [
    `${P}: deny[0]`,
    'did you mean "config|set"?',
  ]],
  ["misspells a category to deny", inPool('deny: [^"@dangrous"]'), [
    `${P}: deny[0]`,
    '"@dangrous" is not a category of commands; did you mean "@dangerous"?',
  ]],
  ["denies logging in", inPool("deny: [^AUTH]"), [`${P}: deny[0]`, '"AUTH" can\'t be denied']],
  ["denies with one text", inPool("deny: ^get"), [
    `${P}: deny`,
    "expected a list of commands, found a text",
  ]],
  ["denies nothing", inPool("deny: ^[]"), [`${P}: deny`, "the list of commands is empty"]],
  ["denies what memcached doesn't have", memcached("deny: [^flushall]"), [
    `${P}: deny[0]`,
    '"flushall" is not a command of memcached; did you mean "flush_all"?',
  ]],
  ["denies a category of memcached", memcached('deny: [^"@write"]'), [
    `${P}: deny[0]`,
    "is not a command of memcached",
  ]],
  ["renames what there is not", inPool("rename: { ^kyes: x }"), [
    `${P}: rename: kyes`,
    '"kyes" is not a command; did you mean "keys"?',
  ]],
  ["renames a subcommand", inPool("rename: { ^config|set: x }"), [
    `${P}: rename: config|set`,
    'a subcommand has no name of its own; rename "config", or deny "config|set"',
  ]],
  ["renames two to one name", inPool("rename: { keys: X, scan: ^x }"), [
    `${P}: rename: scan`,
    '"x" is already the new name of "keys"',
  ]],
  ["renames to another command's name", inPool("rename: { keys: ^GET }"), [
    `${P}: rename: keys`,
    '"get" is the name of another command',
  ]],
  [
    "renames to the name of a declared command",
    inPool("commands: { Own: read 1 }", "rename: { keys: ^own }"),
    [
      `${P}: rename: keys`,
      '"own" is the name of another command',
    ],
  ],
  ["misspells a declared command to deny", inPool("commands: { owned: read 1 }", "deny: [^owmed]"), [
    `${P}: deny[0]`,
    '"owmed" is not a command; did you mean "owned"?',
  ]],
  ["renames a module's subcommand", inPool("rename: { ^ft.config|set: x }"), [
    `${P}: rename: ft.config|set`,
    'rename "ft.config", or deny "ft.config|set"',
  ]],
  ["renames to the name it is", inPool("rename: { keys: ^KEYS }"), [
    `${P}: rename: keys`,
    '"keys" is its name already',
  ]],
  ["renames one command twice", inPool("rename: { keys: a, ^KEYS: b }"), [
    `${P}: rename: KEYS`,
    '"keys" is renamed twice',
  ]],
  ["renames to two words", inPool("rename: { keys: ^my keys }"), [
    `${P}: rename: keys`,
    '"my keys" is no name for a command',
  ]],
  ["renames in a memcached pool", memcached("rename: ^{ get: x }"), [
    `${P}: rename`,
    "only a Redis pool renames commands",
  ]],
  ["limits a user there is not", inPool(USER, "requests_per_second: { ^ap: 5 }"), [
    `${P}: requests_per_second`,
    '"ap" is not a user of this pool; did you mean "app"?',
  ]],
  ["limits a user of a pool without users", inPool("bytes_per_second: { ^app: 5 }"), [
    `${P}: bytes_per_second`,
    "write default for clients that are no other user",
  ]],
  ["limits to nothing", inPool("requests_per_second: { default: ^0 }"), [
    `${P}: requests_per_second: default`,
    "0 is not in 1..",
  ]],
  ["limits everybody with one number", inPool("requests_per_second: ^100"), [
    `${P}: requests_per_second`,
    "expected a map of users, found a text",
  ]],
  ["limits bytes to what is no size", inPool('bytes_per_second: { "*": ^much }'), [
    `${P}: bytes_per_second: *`,
    '"much" is not a size',
  ]],
];
