import { expect, test } from "bun:test";
import type { Command } from "../../../../src/protocol/redis/command.ts";
import { ALL_COMMANDS, COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { compareVersions } from "./versions.ts";

function entry(name: string): Command {
  return ALL_COMMANDS.find((command) => command.name === name)!;
}

function namesOf(commands: readonly Command[]): string[] {
  return commands.map(({ name }) => name).sort();
}

function served(handling: string): string[] {
  return namesOf(ALL_COMMANDS.filter((it) => it.handling === handling && it.subcommands.length === 0));
}

test("ALL_COMMANDS has everybody once, at the index that is its id, when containers are unfolded", () => {
  expect(ALL_COMMANDS.map(({ id }) => id)).toEqual(ALL_COMMANDS.map((_, i) => i));
  expect(new Set(ALL_COMMANDS.map(({ name }) => name)).size).toBe(ALL_COMMANDS.length);
  expect(COMMANDS.flatMap((command) => [command, ...command.subcommands])).toEqual([...ALL_COMMANDS]);
});

test("ALL_COMMANDS is well-formed when the server at hand is too old to tell", () => {
  for (const command of ALL_COMMANDS) {
    const { name, arity, since, flags, categories, keys, group } = command;
    expect(name).toMatch(/^[a-z_-]+(\|[a-z-]+)?$/);
    expect(Number.isInteger(arity) && arity !== 0).toBeTrue();
    expect(since).toMatch(/^\d+\.\d+\.\d+$/);
    expect(compareVersions(since, "8.11.0")).toBeLessThan(0);
    expect(flags).toEqual([...new Set(flags)].sort());
    expect(categories).toEqual([...new Set(categories)].sort());
    expect(categories.filter((category) => category === "@fast" || category === "@slow").length).toBe(1);
    expect(flags.includes("write") && flags.includes("readonly")).toBeFalse();
    expect(group).not.toBe("");
    if (name.includes("|")) expect(Math.abs(arity)).toBeGreaterThanOrEqual(2);
    for (const spec of keys.filter(({ keyword, find }) => keyword === "" && find !== "unknown")) {
      const furthest = spec.find === "range" ? spec.begin + Math.max(spec.last, 0) : spec.begin;
      // The last specification of PFMERGE and of the unsubscribing commands may have no keys at all.
      if (spec.last === 0) expect({ name, fits: furthest < Math.abs(arity) }).toEqual({ name, fits: true });
      expect(spec.begin).toBeGreaterThan(0);
      expect(spec.step).toBeGreaterThan(0);
    }
  }
});

test("ALL_COMMANDS agrees with itself when keys are written", () => {
  for (const { name, keys, write, flags } of ALL_COMMANDS) {
    const writesKeys = keys.some(({ access, isKey }) => isKey && access === "write");
    if (writesKeys) expect({ name, write }).toEqual({ name, write: true });
    expect(write).toBe(flags.includes("write"));
  }
});

test("Command.handling splits and answers just the commands it should when they are listed", () => {
  expect(served("split-elements")).toEqual(["mget"]);
  expect(served("split-pairs")).toEqual(["mset"]);
  expect(served("split-sum")).toEqual(["del", "exists", "touch", "unlink"]);
  expect(served("local")).toEqual([
    ...["acl|cat", "acl|dryrun", "acl|genpass", "acl|getuser", "acl|list", "acl|users", "acl|whoami", "auth"],
    ...["client|caching", "client|getname", "client|getredir", "client|id", "client|info", "client|kill"],
    ...["client|list", "client|no-evict", "client|no-touch", "client|pause", "client|setinfo"],
    ...["client|setname", "client|tracking"],
    ...["client|trackinginfo", "client|unblock", "client|unpause"],
    ...["command|count", "command|docs", "command|getkeys", "command|getkeysandflags", "command|info"],
    ...["command|list", "echo", "hello", "info", "lolwut", "monitor", "ping"],
    ...["psubscribe", "pubsub|channels", "pubsub|numpat", "pubsub|numsub", "pubsub|shardchannels"],
    ...[
      "pubsub|shardnumsub",
      "punsubscribe",
      "quit",
      "readonly",
      "readwrite",
      "reset",
      "role",
      "select",
      "slowlog|get",
    ],
    ...["slowlog|len", "slowlog|reset", "ssubscribe", "subscribe", "sunsubscribe", "time", "unsubscribe"],
  ]);
  expect(served("publish")).toEqual(["publish", "spublish"]);
  expect(entry("command").handling).toBe("local");
});

test("Command.merge is set when every server is asked, and only then", () => {
  for (const { name, handling, merge } of ALL_COMMANDS) {
    expect({ name, everywhere: handling === "everywhere" }).toEqual({ name, everywhere: merge !== null });
  }
  const asked = ["bgsave", "dbsize", "flushall", "flushdb", "keys", "lastsave", "randomkey", "save"];
  for (const name of asked) expect({ name, merge: entry(name).merge }).not.toEqual({ name, merge: null });
});

test("Command.handling is forward when a command without keys is forwarded", () => {
  const keyless = ALL_COMMANDS.filter(({ handling, keys, subcommands }) => {
    return handling === "forward" && keys.length === 0 && subcommands.length === 0;
  });
  expect(namesOf(keyless)).toEqual([
    "client|help",
    "command|help",
    "config|help",
    "function|help",
    "latency|help",
    "memory|help",
    "object|help",
    "pubsub|help",
    "script|help",
    "xgroup|help",
    "xinfo|help",
  ]);
});

test("Command.refusal names the command and a reason in one sentence when it is refused", () => {
  for (const { name, handling, refusal, group } of ALL_COMMANDS) {
    if (handling !== "refuse") {
      expect({ name, refusal }).toEqual({ name, refusal: "" });
      continue;
    }
    if (group === "cluster") expect(refusal).toBe("This instance has cluster support disabled");
    else expect(refusal).toStartWith(`${name.toUpperCase().replace("|", " ")} `);
    expect(refusal).toMatch(/^[\x20-\x7e]{30,130}[^.]$/);
  }
});

test("Command.administrative is true of what is dangerous and concerns more than keys or the client itself", () => {
  const served = ALL_COMMANDS.filter(({ handling, subcommands }) =>
    handling !== "refuse" && subcommands.length === 0
  );
  expect(namesOf(served.filter(({ administrative }) => administrative))).toEqual([
    ...[
      "acl|dryrun",
      "acl|getuser",
      "acl|list",
      "acl|users",
      "bgrewriteaof",
      "bgsave",
      "client|kill",
      "client|no-evict",
      "client|pause",
      "client|unblock",
      "client|unpause",
      "config|get",
      "config|resetstat",
      "config|rewrite",
      "config|set",
      "flushall",
      "flushdb",
      "keys",
      "lastsave",
      "latency|doctor",
      "latency|graph",
      "latency|histogram",
      "latency|history",
      "latency|latest",
      "latency|reset",
      "monitor",
      "save",
      "slowlog|get",
      "slowlog|len",
      "slowlog|reset",
    ],
  ]);
  const isDangerous = ({ categories }: Command) =>
    categories.includes("@dangerous") || categories.includes("@admin");
  expect(namesOf(served.filter((command) => isDangerous(command) && !command.administrative))).toEqual([
    ...["client|list", "info", "restore", "role", "sort", "sort_ro"],
  ]);
});

test("Command.refusal is there when the command needs a session of its own or one server", () => {
  const refused = [
    ...["blmovem"],
    ...["shutdown", "replicaof", "debug", "migrate", "sync", "psync", "move", "swapdb"],
    ...[
      "cluster|slots",
      "asking",
      "acl|setuser",
      "acl|deluser",
      "acl|load",
      "acl|save",
      "module|load",
      "module|unload",
      "slaveof",
      "himport|set",
    ],
  ];
  for (const name of refused) {
    const { handling } = entry(name);
    expect({ name, handling }).toEqual({ name, handling: "refuse" });
  }
});

test("Command.singleKey holds for the fast path only when the one key is argument 1", () => {
  for (
    const name of ["get", "set", "hset", "zrangebyscore", "expire", "xadd", "arset", "vsim", "httl", "digest"]
  ) {
    expect({ name, singleKey: entry(name).singleKey }).toEqual({ name, singleKey: true });
  }
  const slow = [
    "mget",
    "del",
    "rename",
    "eval",
    "xread",
    "sort",
    "georadius",
    "object|freq",
    "ping",
    "blpop",
    "move",
  ];
  for (const name of slow) {
    expect({ name, singleKey: entry(name).singleKey }).toEqual({ name, singleKey: false });
  }
});

test("Command.connectionNeutral is false when the command belongs to its connection", () => {
  for (
    const name of [
      "select",
      "auth",
      "hello",
      "multi",
      "watch",
      "subscribe",
      "monitor",
      "readonly",
      "client|reply",
    ]
  ) {
    expect({ name, neutral: entry(name).connectionNeutral }).toEqual({ name, neutral: false });
  }
  for (const name of ["get", "set", "eval", "ping", "echo", "blpop", "publish", "object|freq"]) {
    expect({ name, neutral: entry(name).connectionNeutral }).toEqual({ name, neutral: true });
  }
});

test("Command.retrySafe is false when the command writes or may write", () => {
  for (const { name, retrySafe, write } of ALL_COMMANDS) {
    if (write) expect({ name, retrySafe }).toEqual({ name, retrySafe: false });
  }
  expect(["get", "mget", "xread", "eval_ro", "touch"].every((name) => entry(name).retrySafe)).toBeTrue();
  expect(["eval", "fcall", "set", "incr", "publish"].some((name) => entry(name).retrySafe)).toBeFalse();
});

test("Command.cursor and Command.blockingKeyword are set when the command has one", () => {
  const cursors = ALL_COMMANDS.filter(({ cursor }) => cursor > 0).map(({ name, cursor }) => [name, cursor]);
  expect(cursors.sort()).toEqual([["hscan", 2], ["scan", 1], ["sscan", 2], ["zscan", 2]]);
  expect(namesOf(ALL_COMMANDS.filter(({ blockingKeyword }) => blockingKeyword === "BLOCK"))).toEqual([
    "xread",
    "xreadgroup",
  ]);
});
