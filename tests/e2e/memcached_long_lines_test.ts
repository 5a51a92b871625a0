/**
 * memcached closes a connection on a line longer than 2048 bytes whose end is late, unless it begins with `get` or
 * `gets`. Many clients share a connection, so no line may go out that long: a `gat` of many keys leaves as several,
 * any other is refused here.
 */
import { expect, test } from "bun:test";
import { MemcachedServer } from "../support/memcached_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Fleet } from "./fleet.ts";

const SERVERS = 2;
/** More than a memcached reads at once, so that the end of the line is late for sure; bytes. */
const LONG = 20_000;
const KEYS = 2_000;
const ZEROS = "0".repeat(LONG);

const missing = reasonToSkip("memcached") !== null;

/** Lines that pass as they are, but for their length. */
const LINES = [
  `mg a P${ZEROS}`,
  `mg a O${ZEROS}`,
  `me a ${ZEROS}`,
  `md a q P${ZEROS}`,
  `ma a D${ZEROS}1`,
  `ms a 1 P${ZEROS}`,
  `incr a ${ZEROS}1`,
  `touch a ${ZEROS}`,
  `delete a ${ZEROS}`,
  `cas a 0 0 1 ${ZEROS}1`,
  `gat ${ZEROS} a`,
  `gats ${ZEROS} a b`,
  `flush_all ${ZEROS}`,
  `verbosity ${ZEROS}`,
  `stats items ${ZEROS}`,
];

test.skipIf(missing)("a line that is too long for memcached is refused and reaches none", async () => {
  await using fleet = await Fleet.start(await MemcachedServer.startMany(SERVERS), {
    options: { redis: false },
  });
  using other = await fleet.connect();
  other.write("set a 0 0 1\r\n1\r\n");
  expect(await other.readLine()).toBe("STORED");
  for (const line of LINES) {
    using client = await fleet.connect();
    client.write(`${line}\r\n`);
    expect([line.slice(0, 20), await client.readLine()]).toEqual([
      line.slice(0, 20),
      expect.stringContaining("CLIENT_ERROR "),
    ]);
    other.write("mg a v\r\n");
    expect([await other.readLine(), await other.readLine()]).toEqual(["VA 1", "1"]);
  }
  expect(fleet.logged("server.failed")).toEqual([]);
});

test.skipIf(missing).each(["get", "gets", "gat 0", "gats 0"])(
  "`%s` of thousands of keys finds all",
  async (verb) => {
    await using fleet = await Fleet.start(await MemcachedServer.startMany(SERVERS), {
      options: { redis: false },
    });
    using client = await fleet.connect();
    const keys = Array.from({ length: KEYS }, (_, i) => `one-of-many-keys:${i}`);
    client.write(keys.map((key) => `set ${key} 0 0 1 noreply\r\nx\r\n`).join(""));
    client.write(`${verb} ${keys.join(" ")}\r\n`);
    const found: string[] = [];
    for (let line = await client.readLine(); line !== "END"; line = await client.readLine()) {
      found.push(line.split(" ")[1]!);
      expect(await client.readLine()).toBe("x");
    }
    expect(found.sort()).toEqual(keys.sort());
    expect(fleet.logged("server.failed")).toEqual([]);
  },
  20_000,
);
