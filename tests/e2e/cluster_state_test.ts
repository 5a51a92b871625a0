/** Sessions with state over a cluster whose slots move: transactions, watched keys, blocked clients, scripts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { RespError } from "../support/resp.ts";
import { askAdmin } from "../support/admin_client.ts";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Clustered, keyIn, slotOfKey } from "./clustered.ts";

const STARTING_MS = 40_000;
const SLOT = 500;

describe.skipIf(reasonToSkip("redis-server") !== null)("sessions with state over a cluster", () => {
  let setup: Clustered;
  const adminPort = freePort();
  beforeAll(async () => {
    setup = await Clustered.start({ primaries: 3, adminPort });
  }, STARTING_MS);
  afterAll(() => setup[Symbol.asyncDispose]());

  /** Another node than the one that has the slot. */
  const other = () => setup.cluster.nodes.find((node) => node !== setup.cluster.ownerOf(SLOT))!;

  test("split what several slots have, and refuse what can't be split", async () => {
    using client = await setup.connect();
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    expect(await client.command("MSET", ...keys.flatMap((key) => [key, key]))).toBe("OK");
    expect(await client.command("MGET", ...keys)).toEqual(keys);
    expect(await client.command("EXISTS", ...keys, "nothing")).toBe(50);
    expect(await client.command("DEL", ...keys)).toBe(50);
    for (const words of [["SINTER", "a", "b"], ["RENAME", "a", "b"], ["MSETNX", "a", "1", "b", "1"]]) {
      expect(String((await client.command(...words) as RespError).message)).toStartWith("CROSSSLOT");
    }
    expect(slotOfKey("a")).not.toBe(slotOfKey("b"));
    for (const words of [["MULTI"], ["SET", "a", "1"], ["SET", "b", "1"]]) client.send(...words);
    const replies = await client.readReplies(3);
    expect(String((replies[2] as RespError).message)).toStartWith("CROSSSLOT");
    await client.command("DISCARD");
  });

  test("have a transaction done as one while its slot moves", async () => {
    const { cluster } = setup;
    using client = await setup.connect();
    const [one, two] = [keyIn(SLOT, "one"), keyIn(SLOT, "two")];
    const to = other();
    // A node that a slot moves to takes no request for several keys unless it has them all.
    await client.command("MSET", one, "0", two, "0");
    await cluster.openSlot(SLOT, to);
    for (let i = 1; i <= 3; i++) {
      for (const words of [["MULTI"], ["INCR", one], ["INCR", two], ["EXEC"]]) client.send(...words);
      expect(await client.readReplies(4)).toEqual(["OK", "QUEUED", "QUEUED", [i, i]]);
      if (i === 1) await cluster.moveKeys(SLOT, to);
      if (i === 2) await cluster.closeSlot(SLOT, to);
    }
  });

  test("have their watched key changed, or answer null once it has moved", async () => {
    const { cluster } = setup;
    using client = await setup.connect();
    const key = keyIn(SLOT, "watched");
    await client.command("SET", key, "1");
    expect(await client.command("WATCH", key)).toBe("OK");
    await cluster.moveSlot(SLOT, other());
    for (const words of [["MULTI"], ["SET", key, "2"], ["EXEC"]]) client.send(...words);
    expect((await client.readReplies(3))[2]).toBeNull();
    await eventually("it can be watched and changed again", async () => {
      await client.command("WATCH", key);
      for (const words of [["MULTI"], ["SET", key, "3"], ["EXEC"]]) client.send(...words);
      return (await client.readReplies(3))[2] !== null;
    });
    expect(await client.command("GET", key)).toBe("3");
  });

  test("wait for a list whose slot moves, and get what is pushed there", async () => {
    using blocked = await setup.connect();
    using client = await setup.connect();
    const key = keyIn(SLOT, "list");
    blocked.send("BLPOP", key, "0");
    blocked.deadlineMs = 15_000;
    await eventually("it waits", async () => {
      const info = String(await setup.cluster.ownerOf(SLOT).command("INFO", "clients"));
      return info.includes("blocked_clients:1");
    });
    await setup.cluster.moveSlot(SLOT, other());
    expect(await client.command("RPUSH", key, "x")).toBe(1);
    expect(await blocked.readReply()).toEqual([key, "x"]);
    expect(await blocked.command("PING")).toBe("PONG");
  }, 20_000);

  test("run a script by its name where the slot has gone", async () => {
    using client = await setup.connect();
    const key = keyIn(SLOT, "script");
    const sha = String(await client.command("SCRIPT", "LOAD", "return redis.call('INCR', KEYS[1])"));
    expect(await client.command("EVALSHA", sha, "1", key)).toBe(1);
    await setup.cluster.moveSlot(SLOT, other());
    expect(await client.command("EVALSHA", sha, "1", key)).toBe(2);
    for (const node of setup.cluster.nodes) await node.command("SCRIPT", "FLUSH");
    await setup.cluster.moveSlot(SLOT, other());
    expect(await client.command("EVALSHA", sha, "1", key)).toBe(3);
  });

  test("ask all primaries what concerns all", async () => {
    using client = await setup.connect();
    expect(await client.command("FLUSHALL")).toBe("OK");
    for (let i = 0; i < 30; i++) await client.command("SET", `key:${i}`, "1");
    expect(await client.command("DBSIZE")).toBe(30);
    expect((await client.command("KEYS", "key:*") as string[]).length).toBe(30);
    expect(String(await client.command("RANDOMKEY"))).toStartWith("key:");
    expect(await client.command("WAIT", "0", "100")).toBe(0);
  });

  test("show where keys go over the admin endpoint", async () => {
    const key = keyIn(SLOT);
    await eventually("the route is that of the last move", async () => {
      const { body } = await askAdmin(adminPort, `GET /pools/c/route?key=${encodeURIComponent(key)}`);
      expect(body.point).toBe(SLOT);
      return body.address === setup.cluster.ownerOf(SLOT).address;
    });
    const { body } = await askAdmin(adminPort, "GET /pools/c");
    expect(body).toMatchObject({ distribution: "cluster", hash: "crc16", unservedSlots: 0 });
    expect(body.servers.map(({ address }: { address: string }) => address).sort()).toEqual(
      setup.cluster.nodes.map(({ address }) => address).sort(),
    );
    const refused = await askAdmin(adminPort, "POST /pools/c/servers", { server: "127.0.0.1:1:1" });
    expect(refused.status).toBe(409);
  });
});
