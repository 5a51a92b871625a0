/** Replicas that die, hang, lag, load, or are none: reads go on, and the ring stays as it is. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { FakeServer, type Script } from "../support/fake_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { bulk, error, nullBulk, pipeline } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";
import { AT_ONCE, callsOf, ReplicaFleet, replicaOf } from "./replica_fleet.ts";

const OPTIONS = { hash_tag: "{}", timeout: 5000, auto_eject_hosts: true, server_failure_limit: 1 };
const KEYS = Array.from({ length: 50 }, (_, i) => `k${i}`);
const GETS = pipeline(KEYS.map((key) => ["GET", key]));

describe.skipIf(reasonToSkip("redis-server") !== null)("A replica", () => {
  test(
    "that dies is replaced by the others, then by the primary, without an error, and is back when it is",
    async () => {
      await using groups = await ReplicaFleet.start(1, { replicas: 2, options: OPTIONS });
      const { fleet } = groups;
      const [one, two] = groups.replicas[0]!;
      using client = await fleet.connect();
      for (const key of KEYS) await client.command("SET", key, key);
      await groups.untilReadThere(() => client.command("GET", KEYS[0]!));
      for (const doomed of [one!, two!]) {
        // Requests are on their way when it dies, and come when it is dead.
        for (let i = 0; i < 5; i++) client.write(GETS);
        await doomed.kill();
        for (let i = 0; i < 5; i++) client.write(GETS);
        for (let i = 0; i < 10; i++) expect(await client.readReplies(KEYS.length)).toEqual(KEYS);
      }
      await groups.untilFit([one!, two!]);
      expect(await client.command("MGET", ...KEYS)).toEqual(KEYS);
      expect(await groups.figure("unfit_reads")).toBeGreaterThan(0);
      expect(fleet.logged("replica.unfit")).toHaveLength(2);
      expect(fleet.logged("server.ejected")).toEqual([]);
      await one!.restart();
      await groups.untilFit([two!]);
      await groups.untilReadThere(() => client.command("GET", "k1"));
      expect(await client.command("MGET", ...KEYS)).toEqual(KEYS);
      expect(fleet.logged("replica.fit")).toHaveLength(1);
      client.close();
      await untilQuiet(fleet.proxy);
    },
    60_000,
  );

  test("that hangs is given up, and what waits for it is asked of the primary", async () => {
    await using groups = await ReplicaFleet.start(1, {
      replicas: 1,
      options: { ...OPTIONS, timeout: 20_000 },
    });
    const [replica] = groups.all;
    using client = await groups.fleet.connect();
    client.deadlineMs = 15_000;
    for (const key of KEYS) await client.command("SET", key, key);
    await groups.untilReadThere(() => client.command("GET", KEYS[0]!));
    await replica!.freeze();
    client.write(GETS);
    client.send("MGET", ...KEYS);
    expect(await client.readReplies(KEYS.length)).toEqual(KEYS);
    expect(await client.readReply()).toEqual(KEYS);
    expect(groups.fleet.logged("replica.unfit")).toHaveLength(1);
    expect(groups.fleet.logged("replica.unfit")[0]).toContain("it is silent");
    expect(await client.command("GET", "k1")).toBe("k1");
    replica!.thaw();
    await groups.untilFit();
    client.close();
    await untilQuiet(groups.fleet.proxy);
  }, 60_000);

  test("whose data is old is not read from until it has caught up", async () => {
    const primary = await RedisServer.start(AT_ONCE);
    await using middle = await replicaOf(primary);
    // It follows a server that can be stopped without its noticing.
    await using leaf = await replicaOf(middle);
    const named = { replicas: { [primary.address]: [leaf.address] } };
    const options = { ...OPTIONS, ...named, max_lag: 2000 };
    await using fleet = await Fleet.start([primary], { options });
    using client = await fleet.connect();
    await client.command("SET", "k", "old");
    await eventually("the leaf is read from", async () => {
      await client.command("GET", "k");
      return (await callsOf(leaf))["get"];
    });
    await middle.freeze();
    await primary.command("SET", "k", "new");
    await eventually("it lags", () => fleet.logged("replica.unfit").length === 1, { timeoutMs: 15_000 });
    expect(fleet.logged("replica.unfit")[0]).toContain("it is more than max_lag behind");
    expect(await client.command("GET", "k")).toBe("new");
    middle.thaw();
    await eventually("it has caught up", () => fleet.logged("replica.fit").length === 1, {
      timeoutMs: 15_000,
    });
  }, 60_000);

  test("of another primary, or that is a primary itself, is not read from", async () => {
    const primary = await RedisServer.start(AT_ONCE);
    await using other = await RedisServer.start(AT_ONCE);
    await using stranger = await replicaOf(other);
    const replicas = { [primary.address]: [other.address, stranger.address] };
    await using fleet = await Fleet.start([primary], { options: { ...OPTIONS, replicas } });
    await eventually("both are known", () => fleet.logged("replica.unfit").length === 2);
    const reasons = fleet.logged("replica.unfit").join("\n");
    expect(reasons).toContain("it is a primary itself");
    expect(reasons).toContain("it replicates another primary");
    await other.command("SET", "k", "wrong");
    using client = await fleet.connect();
    await client.command("SET", "k", "right");
    for (let i = 0; i < 20; i++) expect(await client.command("GET", "k")).toBe("right");
  }, 60_000);

  test("that has been promoted is not read from any more", async () => {
    await using groups = await ReplicaFleet.start(1, { replicas: 1, options: OPTIONS });
    const [replica] = groups.all;
    await replica!.command("REPLICAOF", "NO", "ONE");
    await groups.untilFit([replica!]);
    expect(groups.fleet.logged("replica.unfit")[0]).toContain("it is a primary itself");
  }, 60_000);
});

/** A replica as its INFO shows it, of a primary that nobody could ask. */
const LINKED =
  "role:slave\r\nmaster_link_status:up\r\nmaster_last_io_seconds_ago:0\r\nslave_repl_offset:9\r\n";

/** Calls itself a healthy replica, and says something else to GET. */
function replicaThat(says: (peer: Parameters<Script>[1]) => void): Script {
  return ([name], peer) => name === "INFO" ? peer.write(bulk(LINKED)) : says(peer);
}

describe("A replica that refuses", () => {
  const primary: Script = ([name], peer) => {
    if (name === "INFO") return peer.write(error("ERR not in the script"));
    return peer.write(name === "GET" ? bulk("from the primary") : nullBulk());
  };

  test.each(["LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down"])(
    "with -%s has the primary asked",
    async (refusal) => {
      const server = await FakeServer.start(primary);
      await using replica = await FakeServer.start(replicaThat((peer) => peer.write(error(refusal))));
      const options = { ...OPTIONS, replicas: { [server.address]: [replica.address] } };
      await using fleet = await Fleet.start([server], { options });
      using client = await fleet.connect();
      await eventually("the replica is asked", async () => {
        expect(await client.command("GET", "k")).toBe("from the primary");
        return replica.requestsOf("GET").length > 0;
      });
      await eventually("the log tells", () => fleet.logged("replica.unfit").join().includes(refusal));
      client.write(pipeline([["GET", "a"], ["GET", "b"], ["GET", "c"]]));
      expect(await client.readReplies(3)).toEqual(Array(3).fill("from the primary"));
    },
  );

  test("in any other words is the client's to hear", async () => {
    const server = await FakeServer.start(primary);
    await using replica = await FakeServer.start(replicaThat((peer) => peer.write(error("WRONGTYPE no"))));
    const options = { ...OPTIONS, replicas: { [server.address]: [replica.address] } };
    await using fleet = await Fleet.start([server], { options });
    using client = await fleet.connect();
    await eventually("the replica is asked", async () => {
      const reply = await client.command("GET", "k");
      return reply instanceof RespError && reply.message === "WRONGTYPE no";
    });
  });

  test(
    "by breaking off in the middle of a short reply has the primary asked, of a long one ends the client",
    async () => {
      const server = await FakeServer.start(primary);
      let size = 10;
      await using replica = await FakeServer.start(replicaThat((peer) => {
        peer.finish(`$${size * 2}\r\n${"x".repeat(size)}`);
      }));
      const options = { ...OPTIONS, replicas: { [server.address]: [replica.address] } };
      await using fleet = await Fleet.start([server], { options });
      using client = await fleet.connect();
      await eventually("the replica is asked", async () => {
        expect(await client.command("GET", "k")).toBe("from the primary");
        return replica.requestsOf("GET").length > 0;
      });
      size = 100_000;
      const asked = replica.requestsOf("GET").length;
      await eventually("the client is closed", () => {
        if (replica.requestsOf("GET").length === asked) client.send("GET", "k");
        return client.ended;
      }, { timeoutMs: 10_000 });
    },
    20_000,
  );
});
