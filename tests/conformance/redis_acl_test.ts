/**
 * What users may do, against the redis-server that is installed: the same rules are given to both, and both judge
 * the same requests, for every command (ACL SETUSER, ACL DRYRUN).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  AccessCheck,
  ALLOWED,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  DENIED_SCRIPT,
} from "../../src/protocol/redis/acl/access_check.ts";
import { CATEGORIES, parseUser, RuleFault } from "../../src/protocol/redis/acl/rules.ts";
import type { User } from "../../src/protocol/redis/acl/user.ts";
import type { Command } from "../../src/protocol/redis/command.ts";
import { ALL_COMMANDS } from "../../src/protocol/redis/command_table.ts";
import { KeyFinder } from "../../src/protocol/redis/key_finder.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { Random, SEED } from "../support/seed.ts";
import { textArguments } from "../unit/protocol/redis/text_arguments.ts";

/** Rules that people write, and rules that show how Redis reads them. */
const RULES = [
  "on nopass",
  "on nopass allkeys allcommands",
  "on nopass ~* +@all -@dangerous",
  "on nopass ~app:* +@read +@write",
  "on nopass %R~app:* %W~log:* +@all",
  "on nopass %R~a:* %W~a:* +@all",
  "on nopass %RW~* +@all",
  "on nopass %R~* %W~a:* +@all -@admin",
  "on nopass ~a:* ~b:? ~[x-z]:* +@all",
  "on nopass ~* +@string -set +SET",
  "on nopass ~* +@all -config +config|get",
  "on nopass ~* +config -config|set",
  "on nopass ~* +@read -@slow +@slow -@fast",
  "on nopass ~* -@all +@slow",
  "on nopass ~* +@all -@slow",
  "on nopass ~* +xgroup|create +client|id +object",
  "on nopass ~* +select|0 +debug|digest +get -get",
  "on nopass ~* +@all nocommands +get resetkeys ~a:*",
  "on nopass +get ~a:* (+set ~b:*) (%R~app:* +@read)",
  "on nopass +@all ~a:* (+@read %R~* -mget)",
  "on nopass ~* reset on +@all %W~app:*",
  "on nopass ~* +@scripting +@keyspace",
  "on nopass ~* +@all &a:* &[xy]*",
  "on nopass ~* +@all &* resetchannels &b:?",
  "on nopass +@pubsub &app:* (+@all &a:*)",
  "on nopass (+get ~a:*) clearselectors ~x",
];

/** Rules that are refused by both. */
const FAULTS = [
  "~* ~x",
  "allkeys %R~a",
  "%~x",
  "%RR~x",
  "%X~x",
  "+nosuch",
  "-nosuch",
  "+",
  "+@",
  "+@nosuch",
  "+config|nosuch",
  "+get|",
  "-get|x",
  "+config|get|x",
  "#abc",
  "!abc",
  "<abc",
  "foo",
  "(+get ~x",
  "(on)",
  "(+get (~x))",
  "allchannels &x",
];

const KEYS = ["app:1", "log:1", "a:1", "b:2", "bb:2", "y:1", "x"];
const ROUNDS = 4;
const RANDOM_USERS = Number(process.env.USERS ?? 25);

let server: RedisServer;
let client: RawClient;
const chance = new Random("acl");
const random = () => chance.next();

function oneOf<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** Commands the server knows, so that it can be asked about them. */
let known: readonly Command[] = [];

/** A list of rules as nobody would write it. */
function randomRules(): string {
  const commands = known.map(({ name }) => name);
  const kinds = [
    () => oneOf(["+", "-"]) + oneOf(commands),
    () => oneOf(["+", "-"]) + oneOf(CATEGORIES.filter((category) => category !== "@array")),
    () => "&" + oneOf(["app:*", "a:*", "x", "[xy]*", "?:1"]),
    () => oneOf(["allkeys", "resetkeys", "allcommands", "nocommands", "+@all"]),
    () => oneOf(["~", "%R~", "%W~", "%RW~"]) + oneOf(["app:*", "log:*", "a:*", "b:?", "*:1", "x", "[xy]*"]),
  ];
  const words = Array.from({ length: 2 + Math.floor(random() * 10) }, () => oneOf(kinds)());
  if (random() < 0.3) words.push(`(${oneOf(kinds)()} ${oneOf(kinds)()})`);
  return ["on", "nopass", ...words].join(" ");
}

/** A request for the command with keys and other words where they may stand. */
function requestFor(command: Command): string[] {
  const name = command.name.split("|");
  const keywords = command.keys.map(({ keyword }) => keyword.toLowerCase()).filter((word) => word !== "");
  const words = ["1", "2", "0", "GET", "SET", "u8", "STORE", ...keywords];
  const more = command.arity > 0 ? command.arity : -command.arity + Math.floor(random() * 4);
  const rest = Array.from(
    { length: more - name.length },
    () => random() < 0.7 ? oneOf(KEYS) : oneOf(words),
  );
  return [...name, ...rest];
}

/** The user of ours, or what is wrong with the rules. */
function ours(rules: string): User | RuleFault {
  try {
    return parseUser("u", rules);
  } catch (error) {
    if (error instanceof RuleFault) return error;
    throw error;
  }
}

const check = new AccessCheck();
const finder = new KeyFinder();

/** What we would say in ACL DRYRUN's words. */
function verdict(user: User, command: Command, request: readonly string[]): string {
  const args = textArguments(...request);
  switch (check.check(user, command, args)) {
    case DENIED_COMMAND:
      return `This user has no permissions to run the '${command.name}' command`;
    case DENIED_KEY:
      return `This user has no permissions to access the '${request[check.argument]}' key`;
    case DENIED_CHANNEL:
      return `This user has no permissions to access the '${request[check.argument]}' channel`;
    default:
      return "OK";
  }
}

/** Every request of every command under these rules: how often the two said the same. */
async function compare(rules: string): Promise<number> {
  const user = ours(rules) as User;
  const asked: { command: Command; request: string[] }[] = [];
  for (const command of known) {
    for (let round = 0; round < ROUNDS; round++) asked.push({ command, request: requestFor(command) });
  }
  const judged = asked.filter(({ command, request }) => isJudged(user, command, request));
  for (const { request } of judged) client.send("ACL", "DRYRUN", "u", ...request);
  const replies = await client.readReplies(judged.length);
  let same = 0;
  for (const [i, { command, request }] of judged.entries()) {
    const theirs = replies[i];
    if (theirs instanceof RespError) continue;
    expect({ seed: SEED, rules, request, verdict: verdict(user, command, request) })
      .toEqual({ seed: SEED, rules, request, verdict: String(theirs) });
    same++;
  }
  return same;
}

/**
 * Left out are requests whose keys make no sense: the proxy refuses them, and the server, when one key
 * specification of a command finds nothing, doesn't look at the others' keys. So are scripts, where the proxy is
 * stricter on purpose, and a STORE that SORT takes for a key's name.
 */
function isJudged(user: User, command: Command, request: readonly string[]): boolean {
  const args = textArguments(...request);
  const mandatory = command.keys.filter(({ isKey, find, keyword }) =>
    isKey && find !== "unknown" && !keyword
  );
  if (mandatory.some((spec) => finder.findKeysOf(spec, args) <= 0)) return false;
  if (finder.findKeys(command, args) < 0) return false;
  const stores = request.filter((word) => word.toUpperCase() === "STORE").length;
  if (command.name === "sort" && stores > 1) return false;
  if (command.name === "migrate" || command.name === "xreadgroup") return false;
  return check.check(user, command, args) !== DENIED_SCRIPT;
}

async function setUser(rules: string): Promise<RespError | null> {
  const words = rules.split(" ");
  const reply = await client.command("ACL", "SETUSER", "u", "reset", "resetchannels", ...words);
  return reply instanceof RespError ? reply : null;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("rules of users and redis-server", () => {
  beforeAll(async () => {
    server = await RedisServer.start();
    client = await RawClient.connect(server.endpoint);
    client.deadlineMs = 20_000;
    const names = new Set<string>();
    const gather = (entries: unknown[][]) => {
      for (const entry of entries) {
        names.add(String(entry[0]));
        gather(entry[9] as unknown[][]);
      }
    };
    gather(await client.command("COMMAND") as unknown[][]);
    known = ALL_COMMANDS.filter(({ name, subcommands }) => names.has(name) && subcommands.length === 0);
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test.each(RULES)("give the verdicts of ACL DRYRUN for %p", async (rules) => {
    expect(await setUser(rules)).toBeNull();
    expect(await compare(rules)).toBeGreaterThan(1000);
  }, 60_000);

  test(
    "give the verdicts of ACL DRYRUN for random rules, and are refused where ACL SETUSER refuses",
    async () => {
      let accepted = 0;
      for (let i = 0; i < RANDOM_USERS; i++) {
        const rules = randomRules();
        const refusal = await setUser(rules);
        const user = ours(rules);
        expect({ seed: SEED, rules, refused: user instanceof RuleFault }).toEqual({
          seed: SEED,
          rules,
          refused: refusal !== null,
        });
        if (user instanceof RuleFault) continue;
        accepted++;
        expect(await compare(rules)).toBeGreaterThan(1000);
      }
      expect(accepted).toBeGreaterThan(5);
    },
    120_000,
  );

  test.each(FAULTS)("are refused, as ACL SETUSER does, when they hold %p", async (rules) => {
    expect(await setUser(rules)).toBeInstanceOf(RespError);
    expect(ours(rules)).toBeInstanceOf(RuleFault);
  });

  test("keep SORT from keys it makes up, as the server does", async () => {
    const rules = "on nopass ~a:* +@all";
    await setUser(rules);
    using other = await RawClient.connect(server.endpoint);
    await other.command("AUTH", "u", "");
    const user = ours(rules) as User;
    const sort = ALL_COMMANDS.find(({ name }) => name === "sort")!;
    for (const options of [["BY", "w_*"], ["BY", "nosort"], ["GET", "#"], ["LIMIT", "0", "1"], ["ALPHA"]]) {
      const request = ["SORT", "a:1", ...options];
      const theirs = await other.command(...request);
      const mine = check.check(user, sort, textArguments(...request));
      expect({ request, denied: mine !== ALLOWED }).toEqual({ request, denied: theirs instanceof RespError });
    }
  });
});
