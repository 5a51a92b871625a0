/** Clients that subscribe, leave and publish by chance, over three servers, against a model of one table. */
import { expect, test } from "bun:test";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random, SEED } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";

const CLIENTS = 6;
const ROUNDS = 400;
const CHANNELS = ["aa", "ab", "ba", "bb"];
const PATTERNS = ["a*", "*b", "??", "b[ac]"];
const MATCHES: Record<string, RegExp> = { "a*": /^a/, "*b": /b$/, "??": /^..$/, "b[ac]": /^b[ac]$/ };

/** What one client is subscribed to. */
class Model {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shards = new Set<string>();

  /** Carries out a command; gives the confirmations. */
  apply(word: string, names: readonly string[]): unknown[][] {
    const plain = word.replace("un", "");
    const own = plain === "subscribe" ? this.channels : plain === "psubscribe" ? this.patterns : this.shards;
    const meant = names.length > 0 ? names : [...own];
    const confirmed = meant.map((name) => {
      if (plain !== word) own.delete(name);
      else own.add(name);
      return [word, name, this.#count(own)];
    });
    return confirmed.length > 0 ? confirmed : [[word, null, this.#count(own)]];
  }

  /** What it hears of a message. */
  hears(channel: string, payload: string): string[][] {
    const matching = [...this.patterns].filter((pattern) => MATCHES[pattern]!.test(channel));
    return [
      ...(this.channels.has(channel) ? [["message", channel, payload]] : []),
      ...matching.map((pattern) => ["pmessage", pattern, channel, payload]),
    ];
  }

  #count(own: Set<string>): number {
    return own === this.shards ? this.shards.size : this.channels.size + this.patterns.size;
  }
}

/** Who leaves everything is told so in no certain order; the counts have one. */
function inAnyOrder(confirmations: readonly unknown[][]): { counts: unknown[]; names: string[] } {
  return {
    counts: confirmations.map(([, , count]) => count),
    names: confirmations.map(([word, name]) => `${word} ${name}`).sort(),
  };
}

test.skipIf(reasonToSkip("redis-server") !== null)("everybody hears what a model says", async () => {
  await using fleet = await Fleet.start(await RedisServer.startMany(3));
  const random = new Random("pubsub model");
  const writer = await fleet.connect();
  let clients: [RawClient, Model][] = [];
  const some = (names: readonly string[]) => names.filter(() => random.next() < 0.4);
  const words = ["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"];
  for (let round = 0; round < ROUNDS; round++) {
    while (clients.length < CLIENTS) clients.push([await fleet.connect(), new Model()]);
    const [client, model] = random.pick(clients);
    const chance = random.next();
    if (chance < 0.05) {
      clients = clients.filter(([each]) => each !== client);
      client.send("QUIT");
      expect(await client.readReply()).toBe("OK");
      await client.readUntilClose();
      client.close();
    } else if (chance < 0.5) {
      // Several commands at once, answered one by one.
      const expected: unknown[][] = [];
      for (let i = random.integer(1, 5); i > 0; i--) {
        const word = random.pick(words);
        const names = some(word.startsWith("p") ? PATTERNS : CHANNELS);
        if (names.length === 0 && !word.includes("un")) continue;
        client.send(word, ...names);
        expected.push(...model.apply(word, names));
      }
      const said = await client.readReplies(expected.length) as unknown[][];
      expect({ SEED, round, ...inAnyOrder(said) }).toEqual({ SEED, round, ...inAnyOrder(expected) });
    } else {
      const channel = random.pick(CHANNELS);
      const sharded = random.next() < 0.3;
      const payload = `payload ${round}`;
      const expected = clients.map(([, { shards }]) =>
        sharded ? (shards.has(channel) ? [["smessage", channel, payload]] : []) : []
      );
      if (!sharded) {
        for (const [i, [, each]] of clients.entries()) expected[i] = each.hears(channel, payload);
      }
      const reply = await writer.command(sharded ? "SPUBLISH" : "PUBLISH", channel, payload);
      expect({ SEED, round, reply }).toEqual({ SEED, round, reply: expected.flat().length });
      for (const [i, [each]] of clients.entries()) {
        const said = await each.readReplies(expected[i]!.length) as string[][];
        expect({ SEED, round, said: said.map(String).sort() })
          .toEqual({ SEED, round, said: expected[i]!.map(String).sort() });
      }
    }
  }
  for (const [client] of clients) client.close();
  writer.close();
  await untilQuiet(fleet.proxy);
}, 30_000);
