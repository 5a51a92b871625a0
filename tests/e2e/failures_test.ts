/** What clients read when servers fail: one error for each request that failed, in its place, and nothing else. */
import { describe, expect, test } from "bun:test";
import { freePort } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { untilQuiet } from "../support/quiet.ts";
import { RedisServer } from "../support/redis_server.ts";
import { array, bulk, error, integer, pipeline, simple } from "../support/resp_encoder.ts";
import { RespError } from "../support/resp.ts";
import { FakeServer, healthy } from "../support/fake_server.ts";
import { TempDir } from "../support/temp_dir.ts";
import { type AnyServer, Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server") !== null;

/** An address where nothing is. */
function nowhere(address = `127.0.0.1:${freePort()}`): AnyServer {
  return { address, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Two servers: a healthy fake one, and one that does with a GET what a test wants. */
async function withBroken(broken: AnyServer): Promise<Fleet<AnyServer>> {
  return await Fleet.start([await FakeServer.start(healthy), broken]);
}

describe("a request to a server that fails", () => {
  test("gets Connection refused when nobody listens, and its neighbours their replies", async () => {
    await using fleet = await withBroken(nowhere());
    const [good, bad] = [fleet.keyOn(0), fleet.keyOn(1)];
    {
      using client = await fleet.connect();
      client.write(pipeline([["SET", good, "v"], ["GET", bad], ["GET", good], ["SET", bad, "v"], ["PING"]]));
      const refused = new RespError("ERR Connection refused");
      expect(await client.readReplies(5)).toEqual(["OK", refused, null, refused, "PONG"]);
      // Between two attempts to connect it fails as fast, with the same words.
      expect(await client.command("GET", bad)).toEqual(refused);
    }
    await untilQuiet(fleet.proxy);
  });

  test("gets No such file or directory when the server's unix socket is not there", async () => {
    using dir = new TempDir();
    await using fleet = await withBroken(nowhere(dir.file("missing.sock")));
    {
      using client = await fleet.connect();
      const reply = await client.command("GET", fleet.keyOn(1));
      expect(reply).toEqual(new RespError("ERR No such file or directory"));
      expect(await client.command("GET", fleet.keyOn(0))).toBeNull();
    }
    await untilQuiet(fleet.proxy);
  });

  test("gets Host is down when the server's name leads nowhere", async () => {
    // No name can have a part of 64 letters, so nobody has to be asked.
    await using fleet = await withBroken(nowhere(`${"x".repeat(64)}.invalid:6379`));
    {
      using client = await fleet.connect();
      for (let round = 0; round < 2; round++) {
        const reply = await client.command("GET", fleet.keyOn(1));
        expect(reply).toEqual(new RespError("ERR Host is down"));
      }
      expect(await client.command("GET", fleet.keyOn(0))).toBeNull();
    }
    await untilQuiet(fleet.proxy);
  });

  test("gets Connection reset by peer when the server resets, once per request in flight", async () => {
    const broken = await FakeServer.start(([, word], peer) => word!.startsWith("last") && peer.reset());
    await using fleet = await withBroken(broken);
    {
      using client = await fleet.connect();
      const last = fleet.keyOn(1, "last");
      client.write(pipeline([["GET", fleet.keyOn(1)], ["GET", fleet.keyOn(0)], ["GET", last], ["PING"]]));
      const reset = new RespError("ERR Connection reset by peer");
      expect(await client.readReplies(4)).toEqual([reset, null, reset, "PONG"]);
      broken.script = healthy;
      expect(await client.command("GET", last)).toBeNull();
    }
    await untilQuiet(fleet.proxy);
  });

  test("gets Connection closed by server when the server closes", async () => {
    await using fleet = await withBroken(await FakeServer.start((_, peer) => peer.finish()));
    {
      using client = await fleet.connect();
      const reply = await client.command("GET", fleet.keyOn(1));
      expect(reply).toEqual(new RespError("ERR Connection closed by server"));
      expect(await client.command("GET", fleet.keyOn(0))).toBeNull();
    }
    await untilQuiet(fleet.proxy);
  });

  test("gets the reply that came before the server closed, and only what was behind it fails", async () => {
    const broken = await FakeServer.start(([name], peer) => {
      if (name === "SET") peer.write(simple("OK"));
      else peer.finish("$100\r\nthe first bytes of a reply");
    });
    await using fleet = await withBroken(broken);
    {
      using client = await fleet.connect();
      const key = fleet.keyOn(1);
      client.write(pipeline([["SET", key, "v"], ["GET", key], ["GET", key]]));
      const closed = new RespError("ERR Connection closed by server");
      expect(await client.readReplies(3)).toEqual(["OK", closed, closed]);
    }
    await untilQuiet(fleet.proxy);
  });
});

test("a split request whose server answers with other things than values keeps its place among the replies", async () => {
  const odd = await FakeServer.start((_, peer) => {
    peer.write(array([array([integer(1), array([bulk("x")])]), error("ERR in between")]));
  });
  await using fleet = await Fleet.start([await FakeServer.start(() => {}), odd]);
  fleet.servers[0]!.script = (_, peer) => peer.write(array([bulk("v")]));
  {
    using client = await fleet.connect();
    const [good, bad, worse] = [fleet.keyOn(0), fleet.keyOn(1), fleet.keyOn(1, "other")];
    client.write(pipeline([["MGET", bad, good, worse], ["PING"]]));
    expect(await client.readReplies(2)).toEqual([[[1, ["x"]], "v", new RespError("ERR in between")], "PONG"]);
  }
  await untilQuiet(fleet.proxy);
});

describe.skipIf(skip)("a split request with a dead shard", () => {
  test("gets one error, and what was pipelined behind it runs", async () => {
    await using fleet = await Fleet.start(await RedisServer.startMany(3));
    const keys = [0, 1, 2].map((server) => fleet.keyOn(server));
    {
      using client = await fleet.connect();
      expect(await client.command("MSET", ...keys.flatMap((key) => [key, "v"]))).toBe("OK");
      await fleet.servers[1]!.kill();
      const requests = [["MGET", ...keys], ["DEL", ...keys], ["GET", keys[0]!], ["SET", keys[2]!, "w"]];
      for (let round = 0; round < 3; round++) {
        client.write(pipeline([...requests, ["MSET", ...keys.flatMap((key) => [key, "v"])], ["PING"]]));
        const [mget, del, get, set, mset, ping] = await client.readReplies(6);
        for (const failed of [mget, del, mset]) {
          expect(failed).toBeInstanceOf(RespError);
          expect((failed as RespError).message).toMatch(
            /^ERR Connection (refused|reset by peer|closed by server)$/,
          );
        }
        // The shards that live did their part of the DEL; that is what a failed split request means.
        expect([get, set, ping]).toEqual([null, "OK", "PONG"]);
      }
    }
    await untilQuiet(fleet.proxy);
  });
});
