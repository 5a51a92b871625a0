/**
 * A pool whose servers, weights, passwords, databases and lanes change at random while clients send pipelines that
 * select another database now and then, with servers that read from some of their connections late. Whatever happens,
 * every request gets one reply, in order, and what one client asks of one server is executed in the order asked, over
 * however many connections it comes.
 */
import { afterAll, expect, test } from "bun:test";
import type { Config } from "../../src/config/mod.ts";
import { FakePeer, FakeServer } from "../support/fake_server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { loadedConfig } from "../support/loaded_config.ts";
import { RawClient } from "../support/raw_client.ts";
import { array, bulk, command, simple } from "../support/resp_encoder.ts";
import { Random, SEED } from "../support/seed.ts";
import { WorkerRig } from "../support/worker_rig.ts";

const ROUNDS = 6;
const STEPS = 160;
const CLIENTS = 4;
const SERVERS = 4;
const DATABASES = 3;

/** Executes GET and MGET, whose values are their keys, and notes in which order. */
class NotingServer {
  /** By client: the numbers of its requests, in the order they were executed. */
  readonly executed: number[][] = Array.from({ length: CLIENTS }, () => []);
  readonly paused = new Set<FakePeer>();

  private constructor(readonly fake: FakeServer) {}

  static async start(): Promise<NotingServer> {
    const fake = await FakeServer.start(([name, ...keys], peer) => {
      if (name === "AUTH" || name === "SELECT") return peer.write(simple("OK"));
      if (name === "PING") return peer.write(simple("PONG"));
      const [client, number] = keys[0]!.split(":").map(Number) as [number, number];
      server.executed[client]!.push(number);
      peer.write(name === "GET" ? bulk(keys[0]!) : array(keys.map((key) => bulk(key))));
    });
    const server = new NotingServer(fake);
    return server;
  }

  /** Reads late from one of its connections, or reads again. */
  hesitate(random: Random): void {
    const open = this.fake.peers.filter(({ closed }) => !closed);
    if (open.length === 0) return;
    const peer = random.pick(open);
    if (this.paused.delete(peer)) peer.resume();
    else peer.pause(), this.paused.add(peer);
  }

  resume(): void {
    for (const peer of this.paused) peer.resume();
    this.paused.clear();
  }
}

/** A client and what it has asked for. */
class Asker {
  readonly promised: (string | string[])[] = [];
  readonly received: unknown[] = [];
  #number = 0;

  constructor(readonly client: RawClient, readonly index: number) {
    client.deadlineMs = 10_000;
  }

  ask(random: Random, count: number): void {
    const requests = Array.from({ length: count }, () => {
      if (random.integer(0, 19) === 0) {
        this.promised.push("OK");
        return command("SELECT", String(random.integer(0, DATABASES - 1)));
      }
      const key = (i = 0) => `${this.index}:${this.#number}:${i}:${random.integer(0, 999)}`;
      const keys = Array.from({ length: random.pick([1, 1, 1, 2, 5]) }, (_, i) => key(i));
      this.#number++;
      this.promised.push(keys.length === 1 ? keys[0]! : keys);
      return command(keys.length === 1 ? "GET" : "MGET", ...keys);
    });
    this.client.write(Buffer.concat(requests.map((each) => Buffer.from(each))));
  }

  async readAll(): Promise<void> {
    while (this.received.length < this.promised.length) this.received.push(await this.client.readReply());
  }
}

const servers = await Promise.all(Array.from({ length: SERVERS }, () => NotingServer.start()));
afterAll(async () => {
  for (const { fake } of servers) await fake[Symbol.asyncDispose]();
});

function randomConfig(random: Random, port: number): Config {
  const chosen = servers.filter(() => random.integer(0, 3) > 0);
  const present = chosen.length > 0 ? chosen : [random.pick(servers)];
  const entries = present.map((server, i) =>
    `${server.fake.address}:${random.integer(1, 3)}${
      random.integer(0, 5) === 0 ? ` other${i}` : ` s${servers.indexOf(server)}`
    }`
  );
  const password = random.pick([null, null, "one", "two"]);
  return loadedConfig([{
    listen: port,
    servers: entries,
    options: {
      learn_commands: false,
      server_connections: random.integer(1, 3),
      timeout: random.integer(4000, 5000),
      redis_db: random.integer(0, 1),
      databases: DATABASES,
      preconnect: random.integer(0, 1) === 1,
      ...(password === null ? {} : { redis_auth: password }),
    },
  }]);
}

test.each(Array.from({ length: ROUNDS }, (_, i) => i))(
  "every request has its reply, in order, in random round %d of reconfigurations",
  async (round) => {
    const random = new Random(`reconfigure ${round}`);
    const port = freePort();
    await using rig = new WorkerRig();
    const first = randomConfig(random, port);
    // Clients that come while there is no password are never asked for one.
    await rig.apply({ ...first, pools: first.pools.map((pool) => ({ ...pool, redisAuth: null })) });
    const askers = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, i) => new Asker(await RawClient.connect(port), i)),
    );
    await eventually("all are known", async () => (await rig.worker.clients()).length === CLIENTS);
    for (const { executed } of servers) for (const list of executed) list.length = 0;

    for (let step = 0; step < STEPS; step++) {
      const action = random.integer(0, 99);
      if (action < 60) random.pick(askers).ask(random, random.pick([1, 2, 10, 60]));
      else if (action < 75) random.pick(servers).hesitate(random);
      else if (action < 87) await rig.apply(randomConfig(random, port));
      else await Bun.sleep(random.integer(0, 4));
      if (random.integer(0, 1) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const server of servers) server.resume();
    await Promise.all(askers.map((asker) => asker.readAll()));

    for (const { received, promised } of askers) {
      expect({ SEED, received }).toEqual({ SEED, received: promised });
    }
    for (const { executed } of servers) {
      expect({ SEED, executed }).toEqual({
        SEED,
        executed: executed.map((list) => list.toSorted((a, b) => a - b)),
      });
    }
    expect({ SEED, told: rig.told }).toEqual({ SEED, told: [] });
    for (const { client } of askers) client.close();
  },
  20_000,
);
