/** Sessions that die in every state: no lane, no byte and no server connection is left of them. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { openFiles } from "../support/open_files.ts";
import { reasonToSkip } from "../support/programs.ts";
import { infoNumber, untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { letSessionsDie, MOST_LEAVING } from "./dying_sessions.ts";
import { Fleet } from "./fleet.ts";

/** `SESSION_DEATHS=100000` is the full number. */
const DEATHS = Number(process.env.SESSION_DEATHS ?? 1500);
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
      const before = await figures(fleet);
      await letSessionsDie(() => fleet.connect(), DEATHS, new Random("deaths"));
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
        const crowded = lists.filter((list) => String(list).split("\n").length > MOST_LEAVING + 50);
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
