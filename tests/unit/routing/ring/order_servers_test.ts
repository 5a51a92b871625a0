import { expect, test } from "bun:test";
import { orderServers } from "../../../../src/routing/ring/order_servers.ts";

const order = (...names: string[]) => orderServers(names.map((name) => ({ name }))).map(({ name }) => name);

test("orderServers puts shorter names first when they are later in the alphabet", () => {
  expect(order("server10", "server9", "zebra", "a", "server1")).toEqual([
    "a",
    "zebra",
    "server1",
    "server9",
    "server10",
  ]);
});

test("orderServers counts and compares bytes when names aren't ASCII", () => {
  expect(order("zoë", "yard", "zof", "\u{1f600}", "\uff5e")).toEqual([
    "zof",
    "\uff5e",
    "yard",
    "zoë",
    "\u{1f600}",
  ]);
});

test("orderServers compares bytes without regard to language when cases differ", () => {
  expect(order("b", "B", "a", "_", "A")).toEqual(["A", "B", "_", "a", "b"]);
});

test("orderServers leaves the list as it is and returns its servers when it orders", () => {
  const servers = [{ name: "bb", weight: 2 }, { name: "a", weight: 1 }];
  const ordered = orderServers(servers);
  expect(ordered[0]).toBe(servers[1]!);
  expect(servers.map(({ name }) => name)).toEqual(["bb", "a"]);
});
