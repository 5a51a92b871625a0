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
const OF_SESSIONS = ["ClientRecord", "RedisSession", "ReplyQueue", "Session", "Request"];
/** Of lanes too, some of which stay. */
const OF_CONNECTIONS = ["Lane", "Stream", "Outbox"];
/** What looks like a pointer on the stack keeps an object, too. */
const MOST_MISTAKEN = 5;
const MOST_LANES = 30;

describe.skipIf(reasonToSkip("redis-server") !== null)("a worker", () => {
  test("holds no object of sessions that have died in all states", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(2);
    for (const server of servers) stack.use(server);
    // Other tests of this process have classes of the last names.
    const before = countObjects(...OF_SESSIONS, ...OF_CONNECTIONS);
    const isNoMoreThan = (most: number, classes: readonly string[], others: readonly number[]) =>
      countObjects(...classes).every((count, i) => count <= others[i]! + most);
    const rig = stack.use(new WorkerRig());
    const listen = freePort();
    const options = { hash_tag: "{}", admin_commands: true, databases: 2 };
    await rig.apply(loadedConfig([{ listen, servers, options }]));
    {
      using client = await RawClient.connect(listen);
      await client.command("WATCH", "a");
      const more = countObjects(...OF_SESSIONS).map((count, i) => count - before[i]!);
      expect(more.slice(0, 3)).toEqual([1, 1, 1]);
    }
    await letSessionsDie(() => RawClient.connect(listen), DEATHS, new Random("remains"));
    const othersSessions = before.slice(0, OF_SESSIONS.length);
    const isGone = () => isNoMoreThan(MOST_MISTAKEN, OF_SESSIONS, othersSessions);
    await eventually("nothing is left of the sessions", isGone, { timeoutMs: 20_000 });
    const isFew = () => isNoMoreThan(MOST_LANES, OF_CONNECTIONS, before.slice(OF_SESSIONS.length));
    await eventually("only clean lanes are left", isFew, { timeoutMs: 20_000 });
  }, 60_000);
});
