/** `timeout`, `connect_timeout` and `late_reply_grace`: what is overdue fails, and nothing beside it. */
import { describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy, silent } from "../support/fake_server.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { bulk, pipeline } from "../support/resp_encoder.ts";
import { RespError } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;
const TIMED_OUT = new RespError("ERR Connection timed out");

describe.skipIf(skip)("a request whose reply is late", () => {
  test("fails, and its reply reaches nobody: neighbours on the same connection get their own", async () => {
    const servers = [await RedisServer.start()];
    await using fleet = await Fleet.start(servers, { options: { timeout: 300 } });
    {
      using first = await fleet.connect();
      using second = await fleet.connect();
      for (const client of [first, second]) expect(await client.command("SET", "k", "before")).toBe("OK");
      const laneId = async () => {
        return /^id=(\d+) .*cmd=(?!client)/m.exec(String(await servers[0]!.command("CLIENT", "LIST")))![1];
      };
      const before = await laneId();
      await servers[0]!.freeze();
      first.write(pipeline([["GETSET", "k", "first's"], ["ECHO", "local"], ["GET", "k"]]));
      expect(await first.readReplies(3)).toEqual([TIMED_OUT, "local", TIMED_OUT]);
      // The late replies of the first client's requests come before these and are dropped.
      second.send("INCR", "n");
      first.send("GET", "k");
      servers[0]!.thaw();
      const [counted, value] = [await second.readReply(), await first.readReply()];
      expect([counted, value]).toEqual([1, "first's"]);
      expect(await laneId()).toBe(before);
    }
    await untilQuiet(fleet.proxy);
  });

  test("fails alone when others of the same connection are not due yet", async () => {
    const server = await FakeServer.start(silent);
    await using fleet = await Fleet.start([server], { options: { timeout: 600, late_reply_grace: 10_000 } });
    {
      using early = await fleet.connect();
      using late = await fleet.connect();
      early.send("GET", "early");
      await eventually("it was sent", () => server.requests.length === 1);
      const earlySent = performance.now();
      await eventually("half the time is over", () => performance.now() - earlySent > 300);
      late.send("GET", "late");
      expect(await early.readReply()).toEqual(TIMED_OUT);
      server.peer.write(Buffer.concat([bulk("early's"), bulk("late's")]));
      expect(await late.readReply()).toBe("late's");
      server.script = healthy;
      expect(await early.command("GET", "again")).toBeNull();
      expect(server.peers.length).toBe(1);
    }
    await untilQuiet(fleet.proxy);
  });

  test("is given up with its connection when nothing comes for late_reply_grace", async () => {
    const server = await FakeServer.start(silent);
    await using fleet = await Fleet.start([server], { options: { timeout: 200, late_reply_grace: 300 } });
    {
      using client = await fleet.connect();
      expect(await client.command("GET", "a")).toEqual(TIMED_OUT);
      expect(await client.command("GET", "b")).toEqual(TIMED_OUT);
      await eventually("the proxy closes the connection", () => server.peer.closed);
      server.script = healthy;
      expect(await client.command("GET", "c")).toBeNull();
      expect(server.peers.length).toBe(2);
      // Neither of the two that timed out was sent again.
      expect(server.requests.map(([, key]) => key)).toEqual(["a", "b", "c"]);
    }
    await untilQuiet(fleet.proxy);
  });

  test("keeps its connection while other late replies arrive", async () => {
    const server = await FakeServer.start(silent);
    await using fleet = await Fleet.start([server], { options: { timeout: 200, late_reply_grace: 400 } });
    {
      using client = await fleet.connect();
      const keys = ["a", "b", "c", "d"];
      client.write(pipeline(keys.map((key) => ["GET", key])));
      expect(await client.readReplies(4)).toEqual(keys.map(() => TIMED_OUT));
      for (const key of keys) {
        const since = performance.now();
        await eventually("most of the grace is over", () => performance.now() - since > 250);
        server.peer.write(bulk(key));
      }
      server.script = healthy;
      expect(await client.command("GET", "e")).toBeNull();
      expect(server.peers.length).toBe(1);
    }
    await untilQuiet(fleet.proxy);
  });

  test("that is long and on its way is not overdue while more of it comes", async () => {
    const server = await FakeServer.start(([, key], peer) => {
      if (key === "long") peer.write("$100000\r\n" + "x".repeat(20_000));
    });
    await using fleet = await Fleet.start([server], { options: { timeout: 300 } });
    {
      using client = await fleet.connect();
      client.send("GET", "long");
      await client.readBytes(20_009);
      for (let i = 0; i < 4; i++) {
        const since = performance.now();
        await eventually("most of the timeout is over", () => performance.now() - since > 200);
        server.peer.write("x".repeat(20_000));
        await client.readBytes(20_000);
      }
      server.peer.write("\r\n");
      expect((await client.readBytes(2)).toString()).toBe("\r\n");
      // It stops in the middle of the next one: the only honest answer is to close.
      client.send("GET", "long");
      expect((await client.readUntilClose()).length).toBe(20_009);
      expect(fleet.logged("client.closed").join()).toContain(
        "in the middle of a reply: Connection timed out",
      );
    }
    await untilQuiet(fleet.proxy);
  });
});

describe.skipIf(skip)("a server that doesn't answer connection attempts", () => {
  test("fails requests within connect_timeout, then at once, and serves when it is back", async () => {
    const server = await RedisServer.start({ args: ["--tcp-backlog", "1"] });
    const options = { timeout: 20_000, connect_timeout: 300 };
    await using fleet = await Fleet.start([server], { options });
    {
      await server.freeze();
      const fillers = await fillBacklog(server.port);
      using client = await fleet.connect();
      expect(await client.command("GET", "k")).toEqual(TIMED_OUT);
      expect(await client.command("GET", "k")).toEqual(TIMED_OUT);
      for (const filler of fillers) filler.destroy();
      server.thaw();
      await eventually("the server is found again", async () => await client.command("GET", "k") === null);
    }
    await untilQuiet(fleet.proxy);
  }, 20_000);

  test("fails requests after their own timeout when that is shorter, and never sends them", async () => {
    const server = await RedisServer.start({ args: ["--tcp-backlog", "1"] });
    const options = { timeout: 200, connect_timeout: 20_000 };
    await using fleet = await Fleet.start([server], { options });
    {
      await server.freeze();
      const fillers = await fillBacklog(server.port);
      using client = await fleet.connect();
      client.write(pipeline([["INCR", "n"], ["INCR", "n"]]));
      expect(await client.readReplies(2)).toEqual([TIMED_OUT, TIMED_OUT]);
      for (const filler of fillers) filler.destroy();
      server.thaw();
      await eventually("the server is reached", async () => await client.command("GET", "n") === null);
      expect(await client.command("INCR", "n")).toBe(1);
    }
    await untilQuiet(fleet.proxy);
  }, 20_000);
});

/** Connects to a frozen server until it takes no more connections. */
async function fillBacklog(port: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (;;) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    sockets.push(socket);
    const since = performance.now();
    await eventually("connected, or not", () => !socket.connecting || performance.now() - since > 200);
    if (socket.connecting) return sockets;
  }
}
