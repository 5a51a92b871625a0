/** A plan whose carrying out fails halfway: what was there before goes on, and nothing of the new is left. */
import { describe, expect, test } from "bun:test";
import { openSync } from "node:fs";
import { FakeServer, healthy, silent } from "../../../support/fake_server.ts";
import { freePort, isFree } from "../../../support/free_port.ts";
import { loadedConfig } from "../../../support/loaded_config.ts";
import { openFiles } from "../../../support/open_files.ts";
import { openedSocket, WorkerRig } from "../../../support/worker_rig.ts";

const NOWHERE = ["127.0.0.1:1:1 a"];

describe("Worker.commit", () => {
  test.each([0, 1, 2])("changes nothing when the address of pool %d can't be listened on", async (at) => {
    await using server = await FakeServer.start(healthy);
    await using stranger = await FakeServer.start(silent);
    await using rig = new WorkerRig();
    const [port, other] = [freePort(), freePort()];
    await rig.apply(loadedConfig([
      { name: "stays", listen: port, servers: [server] },
      { name: "goes", listen: other, servers: NOWHERE },
    ]));
    const clients = [await rig.connect(port), await rig.connect(other)];
    const ports = [freePort(), freePort(), freePort()].with(at, server.port);
    const pools = ["stays", "comes", "too"].map((name, i) => ({
      name,
      listen: ports[i]!,
      servers: [stranger],
    }));
    const next = loadedConfig(pools.map((pool) => ({ ...pool, options: { preconnect: true } })));
    for (let tries = 0; tries < 2; tries++) {
      const reason = `listen on ${server.address}: another process listens there`;
      await expect(rig.apply(next)).rejects.toThrow(reason);
    }
    expect(ports.filter((each) => !isFree(each))).toEqual([server.port]);
    clients.push(await rig.connect(port), await rig.connect(other));
    for (const client of clients) expect(await client.command("PING")).toBe("PONG");
    expect(await clients[0]!.command("SET", "a", "1")).toBe("OK");
    expect(await clients[2]!.command("SET", "a", "1")).toBe("OK");
    expect(Object.keys((await rig.worker.figures()).pools).toSorted()).toEqual(["goes", "stays"]);
    expect(stranger.peers).toEqual([]);
  });

  const isLinux = process.platform === "linux";
  test.skipIf(!isLinux)("leaves no socket open when one of them can't be used", async () => {
    await using rig = new WorkerRig();
    using socket = await openedSocket(freePort());
    const pools = ["a", "b", "c"].map((name) => ({ name, listen: freePort(), servers: NOWHERE }));
    const files = openFiles();
    const noSocket = { pool: "b", descriptor: openSync("/dev/null", "r") };
    const offers = [socket.offer("a"), socket.offer("b"), noSocket, socket.offer("b"), socket.offer("c")];
    await expect(rig.apply(loadedConfig(pools), offers)).rejects.toThrow("listen on");
    expect(openFiles()).toBe(files);
  });
});
