/**
 * What becomes of requests when their server connection dies or can't be trusted any more. Invariants 2 to 4: one
 * reply or a closed session with the reason logged, never another's reply, and what may have run is not sent again.
 */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy, type Script, silent } from "../support/fake_server.ts";
import { infoNumber, untilQuiet, untilStuck } from "../support/quiet.ts";
import { bulk, pipeline, simple } from "../support/resp_encoder.ts";
import { RespError } from "../support/resp.ts";
import { Fleet } from "./fleet.ts";

const KB = 1024;

/** A proxy in front of scripted servers. */
async function startFakes(...scripts: Script[]): Promise<Fleet<FakeServer>> {
  const servers = await Promise.all(scripts.map((script) => FakeServer.start(script)));
  return await Fleet.start(servers, { options: { timeout: 5000 } });
}

describe("a server that dies in the middle of a long reply", () => {
  /** Answers a GET of a long value with its beginning only. */
  const halfAnswer: Script = (request, peer) => {
    if (request[1]?.startsWith("long")) peer.write(bulk("x".repeat(100 * KB)).subarray(0, 50 * KB));
    else if (!request[1]?.startsWith("never")) healthy(request, peer);
  };

  test("has the client closed that already reads it; who waits behind it gets an error", async () => {
    await using fleet = await startFakes(halfAnswer);
    const [server] = fleet.servers;
    {
      using reading = await fleet.connect();
      using behind = await fleet.connect();
      reading.write(pipeline([["GET", "long"], ["GET", "never 1"]]));
      expect((await reading.readBytes(50 * KB)).length).toBe(50 * KB);
      behind.write(pipeline([["GET", "never 2"], ["PING"]]));
      await eventually("it was sent", () => server!.requests.length === 3);
      server!.peer.reset();
      expect((await reading.readUntilClose()).length).toBe(0);
      expect(await behind.readReplies(2)).toEqual([new RespError("ERR Connection reset by peer"), "PONG"]);
      expect(fleet.logged("client.closed").join()).toMatch(
        /in the middle of a reply: Connection reset by peer/,
      );
      expect(await behind.command("GET", "y")).toBeNull();
    }
    await untilQuiet(fleet.proxy);
  });

  test("costs one error when no byte of it has reached the client yet", async () => {
    await using fleet = await startFakes(silent, halfAnswer);
    const [slow, dying] = fleet.servers;
    {
      using client = await fleet.connect();
      client.write(pipeline([["GET", fleet.keyOn(0)], ["GET", fleet.keyOn(1, "long")], ["PING"]]));
      await eventually("half the reply is here", () => dying!.requests.length === 1);
      await eventually("both were asked", () => slow!.requests.length === 1);
      dying!.peer.finish();
      await eventually("the proxy has noticed", () => fleet.logged("server.failed").length > 0);
      slow!.peer.write(bulk("slow"));
      const closed = new RespError("ERR Connection closed by server");
      expect(await client.readReplies(3)).toEqual(["slow", closed, "PONG"]);
    }
    await untilQuiet(fleet.proxy);
  });
});

describe("a server connection that can't be trusted", () => {
  test("is closed at the first byte that is no reply; all its requests fail, none is mixed up", async () => {
    await using fleet = await startFakes(silent);
    const [server] = fleet.servers;
    {
      const clients = await Promise.all([1, 2, 3].map(() => fleet.connect()));
      for (const [i, client] of clients.entries()) {
        client.send("GET", `key:${i}`);
        await eventually("it was sent", () => server!.requests.length === i + 1);
      }
      server!.script = healthy;
      server!.peer.write(Buffer.concat([bulk("first's"), Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")]));
      expect(await clients[0]!.readReply()).toBe("first's");
      for (const client of clients.slice(1)) {
        expect(await client.readReply()).toEqual(new RespError("ERR the server's reply is no valid reply"));
        expect(await client.command("SET", "k", "v")).toBe("OK");
      }
      expect(server!.peers.length).toBe(2);
      expect(fleet.logged("server.failed").join()).toContain("no valid reply");
      for (const client of clients) client.close();
    }
    await untilQuiet(fleet.proxy);
  });

  test("is closed when there are more replies than requests, and the log says so", async () => {
    await using fleet = await startFakes((_, peer) => {
      peer.write(Buffer.concat([simple("OK"), simple("and one that nobody asked for")]));
    });
    const [server] = fleet.servers;
    {
      using client = await fleet.connect();
      expect(await client.command("SET", "k", "v")).toBe("OK");
      await eventually("the proxy closes it", () => server!.peer.closed);
      server!.script = healthy;
      expect(await client.command("GET", "k")).toBeNull();
      expect(server!.peers.length).toBe(2);
      expect(fleet.logged("server.failed").join()).toContain("more replies than it was asked for");
    }
    await untilQuiet(fleet.proxy);
  });
});

describe("requests of a connection that dies", () => {
  test("are not sent again when they were written, be they reads or writes", async () => {
    await using fleet = await startFakes(silent);
    const [server] = fleet.servers;
    {
      using client = await fleet.connect();
      const requests = [["INCR", "n"], ["GET", "k"], ["SET", "k", "v"]];
      client.write(pipeline(requests));
      await eventually("they were sent", () => server!.requests.length === 3);
      server!.script = healthy;
      server!.peer.reset();
      const reset = new RespError("ERR Connection reset by peer");
      expect(await client.readReplies(3)).toEqual([reset, reset, reset]);
      expect(await client.command("GET", "after")).toBeNull();
      expect(server!.requests).toEqual([...requests, ["GET", "after"]]);
    }
    await untilQuiet(fleet.proxy);
  });

  test("go to the next one, in their order and once, when no byte of them was written", async () => {
    await using fleet = await startFakes(healthy);
    const [server] = fleet.servers;
    {
      await infoNumber(fleet.proxy, "bytes_in_flight");
      // What the system's buffers don't take from now on stays with the proxy.
      server!.peer.pause();
      using client = await fleet.connect();
      const value = Buffer.alloc(200 * KB, "x");
      const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
      client.write(pipeline(keys.map((key) => ["SET", key, value])));
      // More than `server_outbox_low`.
      await untilStuck(fleet.proxy, 1024 * KB);
      server!.script = healthy;
      server!.peer.reset();
      const replies = await client.readReplies(keys.length);
      const saved = keys.filter((_, i) => replies[i] === "OK");
      expect(saved.length).toBeGreaterThan(0);
      expect(server!.requestsOf("SET").map(([, key]) => key!)).toEqual(saved);
      // Those that were written stand before those that were not.
      const failed = replies.slice(0, keys.length - saved.length);
      expect(failed.length).toBeGreaterThan(0);
      for (const reply of failed) expect(reply).toEqual(new RespError("ERR Connection reset by peer"));
    }
    await untilQuiet(fleet.proxy);
  });
});
