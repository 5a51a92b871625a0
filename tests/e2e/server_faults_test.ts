/**
 * Servers are frozen and killed under load, and the promises hold: every request gets exactly one reply, in order
 * and its own; a request that may have run is not run again; what is in flight comes back to nothing.
 */
import { describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { eventually } from "../support/eventually.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { ProxyProcess } from "../support/proxy_process.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { startSennit } from "../support/sennit.ts";

const CLIENTS = 8;
const COUNTERS = 37;
const MOST_PIPELINED = 12;

/** What all clients together saw of one counter. */
interface Counter {
  attempts: number;
  readonly replies: Set<number>;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("under faults, every request is answered once", () => {
  test("when a server is frozen and another killed", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(3);
    for (const server of servers) stack.use(server);
    const options = { hash: "murmur", timeout: 300, late_reply_grace: 1000 };
    await using proxy = await startSennit(poolConfig({ listen: await freePort(), servers, options }));
    const run = new Load(proxy);
    const clients = Array.from({ length: CLIENTS }, (_, id) => run.client(id));
    await run.answered(2_000);
    await servers[0]!.freeze();
    await eventually("requests time out", () => proxy.log.includes("ETIMEDOUT"));
    await run.answered(500);
    servers[0]!.thaw();
    await run.answered(5_000);
    await servers[1]!.kill();
    await eventually("the server is refused", () => proxy.log.includes("ECONNREFUSED"));
    await run.answered(5_000);
    run.stop();
    await Promise.all(clients);
    expect(run.violations).toEqual([]);
    expect(run.errors).toContain("ERR Connection timed out");
    expect(run.errors).toContain("ERR Connection refused");
    await untilQuiet(proxy);
  }, 60_000);

  test("when a server is killed again and again, and comes back empty", async () => {
    await using server = await RedisServer.start();
    const options = { timeout: 2000 };
    await using proxy = await startSennit(
      poolConfig({ listen: await freePort(), servers: [server], options }),
    );
    for (let round = 0; round < 4; round++) {
      const run = new Load(proxy);
      const clients = Array.from({ length: CLIENTS }, (_, id) => run.client(id));
      await run.answered(1_000);
      await server.kill();
      await eventually("requests fail", () => run.errors.has("ERR Connection refused"));
      run.stop();
      await Promise.all(clients);
      expect(run.violations).toEqual([]);
      await server.restart();
      using client = await proxy.connect();
      await eventually("the server is found again", async () =>
        await client.command("PING", "x") === "x" &&
        !(await client.command("GET", "a") instanceof RespError));
    }
    await untilQuiet(proxy);
  }, 60_000);
});

/** Clients that count and echo in random pipelines, and note what should never happen. */
class Load {
  readonly violations: string[] = [];
  readonly errors = new Set<string>();
  readonly #proxy: ProxyProcess;
  readonly #counters = new Map<string, Counter>();
  #answered = 0;
  #stopped = false;

  constructor(proxy: ProxyProcess) {
    this.#proxy = proxy;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Waits until so many more requests were answered. */
  async answered(count: number): Promise<void> {
    const goal = this.#answered + count;
    await eventually(`${count} more replies`, () => this.#answered >= goal || this.violations.length > 0);
  }

  async client(id: number): Promise<void> {
    using client = await this.#proxy.connect();
    const random = new Random(`client ${id}`);
    for (let sequence = 0; !this.#stopped; sequence++) {
      const batch = Array.from({ length: random.integer(1, MOST_PIPELINED) }, (_, i) => {
        const key = `c${id}:${random.integer(0, COUNTERS)}`;
        const tag = `${id}-${sequence}-${i}`;
        const counts = random.next() < 0.5;
        if (counts) this.#counter(key).attempts++;
        client.send(...counts ? ["INCR", key] : ["EVAL", "return ARGV[1]", "1", key, tag]);
        return { key, tag, counts };
      });
      for (const { key, tag, counts } of batch) {
        const reply = await client.readReply();
        this.#answered++;
        if (reply instanceof RespError) this.errors.add(reply.message);
        else if (counts) this.#count(key, reply);
        else if (reply !== tag) this.violations.push(`${tag} was answered ${String(reply)}`);
      }
    }
  }

  #count(key: string, reply: unknown): void {
    const counter = this.#counter(key);
    const isFresh = typeof reply === "number" && reply <= counter.attempts && !counter.replies.has(reply);
    if (!isFresh) {
      this.violations.push(`${key}, tried ${counter.attempts} times, was answered ${String(reply)}`);
    }
    counter.replies.add(Number(reply));
  }

  #counter(key: string): Counter {
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const counter = { attempts: 0, replies: new Set<number>() };
    this.#counters.set(key, counter);
    return counter;
  }
}
