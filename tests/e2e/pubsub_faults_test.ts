/** Publish and subscribe while servers die, come and go, and while subscribers misbehave. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { configText } from "../support/loaded_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { startSennit } from "../support/sennit.ts";
import { Fleet } from "./fleet.ts";
import { countLogged, reload } from "./reloading.ts";

const CHANNELS = Array.from({ length: 30 }, (_, i) => `stream:${i}`);

/** Reads messages until a channel called `end` has one, and gives their payloads. */
async function untilEnd(client: RawClient): Promise<string[]> {
  const payloads: string[] = [];
  for (;;) {
    const [, , channel, payload] = await client.readReply() as string[];
    if (channel === "end") return payloads;
    payloads.push(payload!);
  }
}

describe.skipIf(reasonToSkip("redis-server") !== null)("subscribers", () => {
  test("of a server that is killed hear the others, and it again when it is back; the gap is logged", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(3));
    using reader = await fleet.connect();
    using writer = await fleet.connect();
    const channels = fleet.servers.map((_, server) => fleet.keyOn(server, "ch"));
    await reader.command("SUBSCRIBE", ...channels);
    await reader.readReplies(2);
    await fleet.servers[1]!.kill();
    await eventually("the gap is told", () => fleet.logged("pubsub.gap").length === 1);
    expect(fleet.logged("pubsub.gap")[0]).toContain(`server=${fleet.servers[1]!.address}`);
    for (const server of [0, 2]) {
      expect(await writer.command("PUBLISH", channels[server]!, "x")).toBe(1);
      expect(await reader.readReply()).toEqual(["message", channels[server]!, "x"]);
    }
    expect(await writer.command("PUBLISH", channels[1]!, "lost")).toBeInstanceOf(RespError);

    // Who comes now is told which server can't be listened to, and is not subscribed.
    using late = await fleet.connect();
    const fault = await late.command("SUBSCRIBE", channels[0]!) as RespError;
    expect(fault.message).toMatch(
      new RegExp(
        `^ERR server ${fleet.servers[1]!.address}\\S* can't be listened to: Connection (refused|reset)`,
      ),
    );
    expect(await late.command("PING")).toBe("PONG");
    expect(await late.command("SSUBSCRIBE", channels[2]!)).toEqual(["ssubscribe", channels[2]!, 1]);

    await fleet.servers[1]!.restart();
    await eventually("it is over", () => fleet.logged("pubsub.resumed").length === 1);
    await eventually("it is heard", async () => await writer.command("PUBLISH", channels[1]!, "y") === 1);
    expect(await reader.readReply()).toEqual(["message", channels[1]!, "y"]);
    expect(await late.command("SUBSCRIBE", channels[1]!)).toEqual(["subscribe", channels[1]!, 1]);
    expect(fleet.logged("pubsub.gap").length).toBe(1);
  });

  test("wait for a server that is frozen, and are told so in time", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(2), { options: { timeout: 300 } });
    using reader = await fleet.connect();
    await fleet.servers[0]!.freeze();
    reader.send("PING");
    reader.send("SUBSCRIBE", "a");
    reader.send("PING");
    reader.send("UNSUBSCRIBE", "a");
    reader.send("PING");
    expect(await reader.readReply()).toBe("PONG");
    const fault = await reader.readReply() as RespError;
    expect(fault.message).toContain(`${fleet.servers[0]!.address}`);
    expect(fault.message).toContain("Connection timed out");
    fleet.servers[0]!.thaw();
    expect(await reader.readReply()).toEqual(["pong", ""]);
    expect(await reader.readReply()).toEqual(["unsubscribe", "a", 0]);
    expect(await reader.readReply()).toBe("PONG");
  });

  test("miss nothing and hear nothing twice when reloads add and remove servers", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(4);
    for (const server of servers) stack.use(server);
    const listen = freePort();
    const text = (...indexes: number[]) =>
      configText([{ listen, servers: indexes.map((index) => servers[index]!) }], "workers: 2");
    const proxy = stack.use(await startSennit(text(0, 1)));
    // On both workers.
    const readers = await Promise.all(Array.from({ length: 8 }, () => proxy.connect()));
    for (const reader of readers) await reader.command("PSUBSCRIBE", "*");
    const writers = await Promise.all(Array.from({ length: 4 }, () => proxy.connect()));
    let isOver = false;
    const published: string[] = [];
    const publish = async (writer: RawClient, name: number) => {
      for (let i = 0; !isOver; i++) {
        const payload = `${name}:${i}`;
        const reply = await writer.command("PUBLISH", CHANNELS[i % CHANNELS.length]!, payload);
        if (typeof reply !== "number") throw new Error(`PUBLISH: ${(reply as RespError).message}`);
        published.push(payload);
      }
    };
    const publishing = Promise.all(writers.map(publish));
    const heard = readers.map(untilEnd);
    const progress = async () => {
      const before = published.length;
      await eventually("messages are published", () => published.length > before + 100);
    };
    for (const config of [text(0, 1, 2), text(0, 1, 2, 3), text(1, 2, 3), text(2, 3), text(0, 1)]) {
      await progress();
      await reload(proxy, config);
    }
    await progress();
    isOver = true;
    await publishing;
    await writers[0]!.command("PUBLISH", "end", "");
    // `end` may overtake what other servers have said.
    const payloads = await Promise.all(heard);
    for (const [i, reader] of readers.entries()) {
      while (payloads[i]!.length < published.length) {
        payloads[i]!.push((await reader.readReply() as string[])[3]!);
      }
      expect(payloads[i]!.length).toBe(published.length);
      expect(payloads[i]!.sort()).toEqual([...published].sort());
    }
    expect(countLogged(proxy, "pubsub.gap")).toBe(0);
    for (const client of [...readers, ...writers]) client.close();
    await untilQuiet(proxy);
  }, 30_000);

  test("of sharded channels follow them to other servers", async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await RedisServer.startMany(3);
    for (const server of servers) stack.use(server);
    const listen = freePort();
    const text = (...indexes: number[]) =>
      configText([{ listen, servers: indexes.map((index) => servers[index]!) }]);
    const proxy = stack.use(await startSennit(text(0, 1, 2)));
    using reader = await proxy.connect();
    using writer = await proxy.connect();
    await reader.command("SSUBSCRIBE", ...CHANNELS);
    await reader.readReplies(CHANNELS.length - 1);
    for (const config of [text(0, 1), text(1), text(0, 2), text(0, 1, 2)]) {
      await reload(proxy, config);
      for (const channel of CHANNELS) {
        expect(await writer.command("SPUBLISH", channel, config.length)).toBe(1);
        expect(await reader.readReply()).toEqual(["smessage", channel, String(config.length)]);
      }
    }
    expect(countLogged(proxy, "pubsub.gap")).toBe(0);
  });

  test("that don't read are closed with a logged reason, and others hear on", async () => {
    const options = {
      client_outbox_high: "64kb",
      client_outbox_low: "16kb",
      client_outbox_hard: "2mb",
      max_bulk: "1mb",
    };
    await using fleet = await Fleet.start(await RedisServer.startMany(2), { options });
    using slow = await fleet.connect();
    using reader = await fleet.connect();
    using writer = await fleet.connect();
    for (const client of [slow, reader]) await client.command("SUBSCRIBE", "a");
    slow.pause();
    const payload = "x".repeat(300_000);
    for (let i = 0; fleet.logged("client.closed").length === 0; i++) {
      expect(await writer.command("PUBLISH", "a", payload + i)).toBeGreaterThan(0);
      expect((await reader.readReply() as string[])[2]).toBe(payload + i);
      expect(i).toBeLessThan(200);
    }
    expect(fleet.logged("client.closed")[0]).toContain("client_outbox_hard");
    expect(await writer.command("PUBLISH", "a", "on")).toBe(1);
    expect(await reader.readReply()).toEqual(["message", "a", "on"]);
    slow.close();
    reader.close();
    writer.close();
    await untilQuiet(fleet.proxy);
  });

  test("are not idle", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(1), {
      options: { client_idle_timeout: 100 },
    });
    using reader = await fleet.connect();
    using idle = await fleet.connect();
    await reader.command("SUBSCRIBE", "a");
    await eventually("the idle client is gone", () => idle.ended);
    expect(await reader.command("PING")).toEqual(["pong", ""]);
  });

  test("listen to what their rules allow, and are closed when a reload takes that from them", async () => {
    await using server = await RedisServer.start();
    const listen = freePort();
    const pool = (rules: string) => {
      const text = configText([{ listen, servers: [server] }]);
      return `${text}    users:\n      ann: "${rules}"\n`;
    };
    await using proxy = await startSennit(pool("on nopass ~* +@all &a:* &b"));
    using reader = await proxy.connect();
    await reader.command("AUTH", "ann", "x");
    const denied = "NOPERM this user has no permissions to access one of the channels used as arguments";
    for (
      const words of [["SUBSCRIBE", "a:1", "c"], ["PSUBSCRIBE", "a:1*"], ["PUBLISH", "c", "x"], [
        "SSUBSCRIBE",
        "c",
      ]]
    ) {
      expect(await reader.command(...words)).toEqual(new RespError(denied));
    }
    expect(await reader.command("SUBSCRIBE", "a:1")).toEqual(["subscribe", "a:1", 1]);
    expect(await reader.command("PSUBSCRIBE", "a:*")).toEqual(["psubscribe", "a:*", 2]);
    await reload(proxy, pool("on nopass ~* +@all &a:* &c"));
    expect(await reader.command("SUBSCRIBE", "c")).toEqual(["subscribe", "c", 3]);
    await reload(proxy, pool("on nopass ~* +@all &c"));
    expect((await reader.readUntilClose()).length).toBe(0);
    expect(countLogged(proxy, "client.closed")).toBe(1);
  });
});
