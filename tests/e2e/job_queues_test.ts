/** Client libraries do their real work with transactions, watched keys and blocking pops through the proxy. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const JOBS = 100;

let fleet: Fleet<RedisServer>;

beforeAll(async () => {
  fleet = await Fleet.start(await RedisServer.startMany(3), { options: { hash_tag: "{}" } });
});
afterAll(() => fleet[Symbol.asyncDispose]());

describe.skipIf(reasonToSkip("redis-server") !== null)("through the proxy", () => {
  test("ioredis runs transactions, retries those that others disturb, and pops what others push", async () => {
    const port = fleet.proxy.port;
    const [one, two] = [new Redis(port), new Redis(port)];
    expect(await one.multi().set("{t}a", "1").incr("{t}a").get("{t}a").exec())
      .toEqual([[null, "OK"], [null, 2], [null, "2"]]);
    const increment = async (client: Redis) => {
      for (;;) {
        await client.watch("{t}n");
        const value = Number(await client.get("{t}n") ?? 0);
        if (await client.multi().set("{t}n", value + 1).exec() !== null) return;
      }
    };
    const work = async (client: Redis) => {
      for (let i = 0; i < 50; i++) await increment(client);
    };
    await Promise.all([work(one), work(two)]);
    expect(await one.get("{t}n")).toBe("100");
    const popped = one.blpop("{t}q", 0);
    await two.rpush("{t}q", "v");
    expect(await popped).toEqual(["{t}q", "v"]);
    await Promise.all([one.quit(), two.quit()]);
    await untilQuiet(fleet.proxy);
  });

  test("BullMQ does its jobs: at once, later, again after a failure, and tells who listens", async () => {
    const setting = {
      prefix: "{jobs}",
      connection: { host: "127.0.0.1", port: fleet.proxy.port, maxRetriesPerRequest: null },
    };
    const queue = new Queue("work", setting);
    const events = new QueueEvents("work", setting);
    const done: number[] = [];
    const worker = new Worker("work", (job) => {
      if (job.data.fails && job.attemptsMade === 0) throw new Error("once");
      done.push(job.data.number);
      return Promise.resolve(job.data.number * 2);
    }, { ...setting, concurrency: 4 });
    worker.on("error", () => {});
    try {
      await events.waitUntilReady();
      const first = await queue.add("job", { number: -1 });
      expect(await first.waitUntilFinished(events, 10_000)).toBe(-2);
      await queue.addBulk(Array.from({ length: JOBS }, (_, number) => ({
        name: "job",
        data: { number, fails: number % 10 === 0 },
        opts: { attempts: 2, delay: number % 5 === 0 ? 50 : 0 },
      })));
      await eventually("all jobs are done", () => done.length === JOBS + 1, { timeoutMs: 15_000 });
      expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: JOBS + 1 }, (_, i) => i - 1));
      await eventually(
        "all are counted",
        async () => (await queue.getJobCounts("completed")).completed === JOBS + 1,
      );
    } finally {
      await worker.close();
      await events.close();
      await queue.close();
    }
    await untilQuiet(fleet.proxy);
  }, 40_000);
});
