/** What is left in a worker's heap of sessions that died: nothing. Objects are counted, for memory tells nothing. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { countObjects } from "../support/heap.ts";
import { loadedConfig } from "../support/loaded_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random } from "../support/seed.ts";
import { WorkerRig } from "../support/worker_rig.ts";
import { letSessionsDie } from "./dying_sessions.ts";

const DEATHS = 400;
const OF_SESSIONS = ["Session", "ClientRecord", "RedisSession", "ReplyQueue", "Request"];
/** Of lanes too, some of which stay. */
const OF_CONNECTIONS = ["Lane", "Stream", "Outbox"];
const MOST_LANES = 30;

describe.skipIf(reasonToSkip("redis-server") !== null)("a worker", () => {
  test("holds no object of sessions that have died in all states", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(2);
    for (const server of servers) stack.use(server);
    const rig = stack.use(new WorkerRig());
    const listen = freePort();
    const options = { hash_tag: "{}", admin_commands: true, databases: 2 };
    await rig.apply(loadedConfig([{ listen, servers, options }]));
    {
      using client = await RawClient.connect(listen);
      await client.command("WATCH", "a");
      expect(countObjects(...OF_SESSIONS).slice(0, 4)).toEqual([1, 1, 1, 1]);
    }
    await letSessionsDie(() => RawClient.connect(listen), DEATHS, new Random("remains"));
    const isGone = () => countObjects(...OF_SESSIONS).every((count) => count === 0);
    await eventually("nothing is left of the sessions", isGone, { timeoutMs: 20_000 });
    const isFew = () => countObjects(...OF_CONNECTIONS).every((count) => count <= MOST_LANES);
    await eventually("only clean lanes are left", isFew, { timeoutMs: 20_000 });
  }, 60_000);
});
