import { expect, test } from "bun:test";
import { ALL_COMMANDS } from "../../../../src/protocol/redis/command_table.ts";
import { denyFault, denyingEntry } from "../../../../src/protocol/redis/deny_list.ts";

function denied(...entries: string[]): string[] {
  return ALL_COMMANDS.filter((command) => denyingEntry(entries, command) !== null).map(({ name }) => name);
}

test("a name denies its command, with its subcommands when it has some; a subcommand denies itself", () => {
  expect(denied()).toEqual([]);
  expect(denied("get")).toEqual(["get"]);
  expect(denied("config|set")).toEqual(["config|set"]);
  expect(denied("memory", "memory|usage").every((name) => name.startsWith("memory"))).toBeTrue();
  expect(denied("memory")).toContain("memory|usage");
});

test("a category denies all its commands but those that clients log in with", () => {
  const connection = denied("@connection");
  expect(connection).toContain("ping");
  for (const name of ["auth", "hello", "quit", "reset"]) expect(connection).not.toContain(name);
  const dangerous = ALL_COMMANDS.filter(({ categories }) => categories.includes("@dangerous"));
  expect(denied("@dangerous")).toEqual(dangerous.map(({ name }) => name));
});

test("the entry that is shown is the first that denies", () => {
  const flushall = ALL_COMMANDS.find(({ name }) => name === "flushall")!;
  expect(denyingEntry(["get", "@keyspace", "flushall"], flushall)).toBe("@keyspace");
});

test("every name and category can be denied but what clients log in with", () => {
  const refused = ALL_COMMANDS.filter(({ name }) => denyFault(name, []) !== null).map(({ name }) => name);
  expect(refused.sort()).toEqual(["auth", "hello", "quit", "reset"]);
  for (const category of new Set(ALL_COMMANDS.flatMap(({ categories }) => categories))) {
    expect(denyFault(category, [])).toBeNull();
  }
  expect(denyFault("nosuch", [])?.known).toContain("get");
  expect(denyFault("@nosuch", [])?.known).toContain("@read");
});

test("a name that the table lacks can be denied when it is declared or a module's", () => {
  for (const entry of ["json.del", "ft.config", "ft.config|set"]) expect(denyFault(entry, [])).toBeNull();
  for (const entry of ["json.", "ft.config|set|more", "plain", "plain|sub", "|json.del"]) {
    expect(denyFault(entry, ["other"])?.reason).toBe("is not a command");
  }
  expect(denyFault("plain", ["plain"])).toBeNull();
});

test("what a server lets strangers say can be denied", () => {
  const learned = { ...ALL_COMMANDS[0]!, id: ALL_COMMANDS.length, name: "m.hello", flags: ["no_auth"] };
  expect(denyingEntry(["m.hello"], learned)).toBe("m.hello");
});
