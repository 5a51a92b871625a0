/** Sessions that die in every state: no lane, no byte and no server connection is left of them. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { openFiles } from "../support/open_files.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber, untilQuiet } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";

/** `SESSION_DEATHS=100000` is the full number. */
const DEATHS = Number(process.env.SESSION_DEATHS ?? 1500);
const AT_ONCE = 50;
/** Dying sessions that are there together at most, and with them the lanes that may be kept clean. */
const MOST_LEAVING = 500;

const VALUE = "x".repeat(20_000);
const STATES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  idle: [],
  "in MULTI": [["MULTI"], ["SET", "{a}1", VALUE], ["GET", "{a}1"]],
  watching: [["WATCH", "{a}1", "{a}2"], ["GET", "{b}1"]],
  "watching, in MULTI": [["WATCH", "{a}1"], ["MULTI"], ["SET", "{a}1", VALUE]],
  blocked: [["PING"], ["BLPOP", "{a}none", "{a}nothing", "0"], ["SET", "{a}never", VALUE]],
  "blocked and watching": [["WATCH", "{a}1"], ["XREAD", "BLOCK", "0", "STREAMS", "{a}none", "$"]],
  "waiting for replicas": [["SET", "{a}1", "v"], ["SET", "{b}1", "v"], ["WAIT", "3", "0"]],
  "in the middle of a block": [["MULTI"], ["SET", "{a}1", VALUE], ["GET", "{a}1"], ["EXEC"], ["GET", "{a}1"]],
  "in the middle of a watched block": [["WATCH", "{a}1"], ["MULTI"], ["GET", "{a}1"], ["EXEC"], [
    "GET",
    "{a}1",
  ]],
  "that end while the proxy cleans up": [["WATCH", "{a}1"], ["UNWATCH"], ["QUIT"]],
  "that end while the proxy cleans up a block": [["WATCH", "{a}1"], ["MULTI"], ["DISCARD"], ["QUIT"]],
  "subscribed": [["SUBSCRIBE", "a", "b"], ["PSUBSCRIBE", "c*"], ["SSUBSCRIBE", "d"]],
  "monitoring": [["MONITOR"], ["PING"]],
  "tracking": [["HELLO", "3"], ["CLIENT", "TRACKING", "ON"], ["GET", "{a}1"], ["MGET", "{a}1", "{b}1"]],
  "tracking, blocked": [
    ["HELLO", "3"],
    ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "{a}"],
    ["BLPOP", "{a}none", "0"],
  ],
  "in another database": [["SELECT", "1"], ["WATCH", "{a}1"], ["BLPOP", "{a}none", "0"]],
  "silent": [["CLIENT", "REPLY", "OFF"], ["GET", "{a}1"], ["BLPOP", "{a}none", "0"]],
};
const ENDS: readonly ((client: RawClient) => void)[] = [
  (client) => client.close(),
  (client) => client.reset(),
  (client) => client.halfClose(),
];

/** What the proxy takes, for whoever compares it with what it took before. */
async function figures({ proxy, servers }: Fleet<RedisServer>): Promise<string> {
  const lists = await Promise.all(servers.map((server) => server.command("CLIENT", "LIST")));
  const connections = lists.reduce<number>(
    (sum, list) => sum + String(list).trim().split("\n").length - 1,
    0,
  );
  return `${connections} connections to servers, ${openFiles(proxy.pid)} descriptors, ` +
    `${Math.round(proxy.rss() / 1e6)} MB, heap ${
      Math.round(await infoNumber(proxy, "used_memory") / 1e6)
    } MB`;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("sessions", () => {
  test(
    "leave nothing when they die idle, in MULTI, watching, blocked, and in the middle of a block",
    async () => {
      await using fleet = await Fleet.start(await RedisServer.startMany(2), {
        options: { hash_tag: "{}", admin_commands: true, databases: 2 },
      });
      const random = new Random("deaths");
      const leaving: RawClient[] = [];
      const states = Object.values(STATES);
      const cut = () => random.pick([0, 0, 0, random.next()]);
      const before = await figures(fleet);
      for (let died = 0; died < DEATHS; died += AT_ONCE) {
        const clients = await Promise.all(Array.from({ length: AT_ONCE }, () => fleet.connect()));
        for (const client of clients) {
          const bytes = pipeline(random.pick(states));
          client.write(bytes.subarray(0, Math.ceil(bytes.length * (1 - cut()))));
        }
        // Some die before they have been looked at, others once they are where they should be.
        if (random.next() < 0.7) {
          await Promise.race(clients.map((client) => client.command("PING").catch(() => null)));
        }
        for (const client of clients) random.pick(ENDS)(client);
        leaving.push(...clients);
        if (leaving.length >= MOST_LEAVING) { for (const client of leaving.splice(0)) client.close(); }
      }
      for (const client of leaving) client.close();
      await untilQuiet(fleet.proxy);
      using asking = await fleet.connect();
      const info = String(await asking.command("INFO"));
      for (const state of ["blocked", "watching", "pubsub", "tracking", "monitor"]) {
        expect(info).toContain(`\r\n${state}_clients:0\r\n`);
      }
      // That a client goes says nothing about a server.
      expect(fleet.logged("server.failed")).toEqual([]);
      await eventually("no lane is left but the shared ones and clean ones", async () => {
        const infos = await Promise.all(fleet.servers.map((server) => server.command("INFO")));
        const blocked = infos.map((info) => /^blocked_clients:(\d+)/m.exec(String(info))![1]);
        const lists = await Promise.all(fleet.servers.map((server) => server.command("CLIENT", "LIST")));
        const watching = lists.filter((list) => / watch=[1-9]| multi=[0-9]/.test(String(list)));
        const crowded = lists.filter((list) => String(list).split("\n").length > MOST_LEAVING + AT_ONCE);
        return blocked.every((count) => count === "0") && watching.length + crowded.length === 0;
      });
      if (process.env.SESSION_DEATHS !== undefined) {
        console.log(`${DEATHS} deaths: ${before}; ${await figures(fleet)}`);
      }
      // A clean pinned lane may be kept for a while; those that were held when their sessions died are gone.
      using client = await fleet.connect();
      client.write(
        pipeline([["WATCH", "{a}1"], ["MULTI"], ["PING"], ["EXEC"], ["BLPOP", "{b}none", "0.01"]]),
      );
      expect((await client.readReplies(5)).slice(3)).toEqual([["PONG"], null]);
    },
    600_000,
  );
});
