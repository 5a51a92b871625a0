/**
 * No line that a client can send makes a connection that others share lose step: a server that read a data block as
 * commands, or said nothing where a reply was awaited, would give one client's reply to another.
 */
import { expect, test } from "bun:test";
import { MemcachedServer } from "../support/memcached_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";

const ROUNDS = 40;
const LINES = 150;
const VERBS = [
  ..."get gets gat gats set add replace append prepend cas delete incr decr touch".split(" "),
  ..."flush_all verbosity version mg ms md ma me mn stats GET ERROR".split(" "),
];
const WORDS = [
  ..."0 1 2 5 -1 +1 01 1x 4294967295 4294967296 2147483646 99999999999 noreply NOREPLY q b k v".split(" "),
  ..."T0 N5 J1 MA MX ME O1 I x S5 C1 qq YQ== a== END STORED get a bb ccc hostile-1 hostile-2".split(" "),
  "k".repeat(250),
  "k".repeat(251),
  "noreply noreply",
  "a\tb",
  "\x7f",
  "\u00e4",
  "",
];
const BLOCKS = ["", "a", "ab", "hello", "mn", "get a\r\nmn", "\r\n", "END", "noreply", "a\r\nflush_all"];
const ENDS = ["\r\n", "\r\n", "\r\n", "\n", "\r\r\n", ""];

/** Something like a command, most often almost right, with or without a data block. */
function hostile(random: Random): string {
  const words = [random.pick(VERBS)];
  if (random.integer(0, 5) > 0) words.push(random.pick(["hostile-1", "hostile-2", "YQ=="]));
  for (let more = random.integer(0, 5); more > 0; more--) words.push(random.pick(WORDS));
  const block = random.pick(BLOCKS);
  const isStore = random.integer(0, 2) > 0;
  // Lines of storage commands are right but for one word.
  if (isStore) {
    words.splice(2, 4, "0", "0", String(block.length), ...(random.integer(0, 2) ? [] : ["noreply"]));
  }
  if (isStore && random.integer(0, 2) === 0) words[random.integer(0, words.length - 1)] = random.pick(WORDS);
  const line = words.join(random.integer(0, 9) ? " " : "  ") + random.pick(ENDS.slice(0, -1));
  return line + (random.integer(0, 2) > 0 ? block + random.pick(ENDS) : "");
}

test.skipIf(reasonToSkip("memcached") !== null)(
  "hostile lines leave the replies of others alone",
  async () => {
    const random = new Random("hostile lines");
    const servers = await MemcachedServer.startMany(2, { args: ["-I", "1m"] });
    await using fleet = await Fleet.start(servers, { options: { redis: false }, verbosity: 5 });
    using bystander = await fleet.connect();
    const keys = [fleet.keyOn(0, "mine"), fleet.keyOn(1, "mine")];
    for (let round = 0; round < ROUNDS; round++) {
      using attacker = await fleet.connect();
      const sent = Array.from({ length: LINES }, () => hostile(random)).join("");
      attacker.write(Buffer.from(sent, "latin1"));
      for (const [i, key] of keys.entries()) {
        const value = `${round}.${i}`;
        bystander.write(`set ${key} 0 0 ${value.length}\r\n${value}\r\nmg ${key} v k\r\n`);
        expect(await bystander.readLine()).toBe("STORED");
        // A flush of the attacker's may come between.
        const reply = await bystander.readLine();
        if (reply === `EN k${key}`) continue;
        expect([reply, await bystander.readLine()]).toEqual([`VA ${value.length} k${key}`, value]);
      }
    }
    // A reply too many would have cost the connection, one too few would have held up the bystander.
    expect(fleet.logged("server.failed")).toEqual([]);
  },
);
