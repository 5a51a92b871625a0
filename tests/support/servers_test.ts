import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { eventually } from "./eventually.ts";
import { freePort, freePorts } from "./free_port.ts";
import { MemcachedServer } from "./memcached_server.ts";
import { startNutcracker } from "./nutcracker.ts";
import { poolConfig } from "./pool_config.ts";
import { reasonToSkip } from "./programs.ts";
import { RawClient } from "./raw_client.ts";
import { RedisServer } from "./redis_server.ts";
import { RespError } from "./resp.ts";
import { ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";

test("freePort gives ports that can be listened on and are all different", () => {
  const ports = [freePort(), ...freePorts(20)];
  expect(new Set(ports).size).toBe(21);
  const listeners = ports.map((port) => Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }));
  for (const listener of listeners) listener.stop(true);
});

describe("ServerProcess", () => {
  const shell = (script: string) => ["/bin/sh", "-c", script];

  test("throws with the output when the program ends instead of getting ready", async () => {
    const launch = { name: "broken", command: shell("echo no such luck >&2; exit 3"), isReady: () => false };
    await expect(ServerProcess.start(launch)).rejects.toThrow(/broken ended with 3\n.*no such luck/);
  });

  test("keeps the output when the process is gone", async () => {
    const launch = { name: "sleeper", command: shell("echo hello; exec sleep 60"), isReady: () => true };
    await using server = await ServerProcess.start(launch);
    await eventually("the output comes", () => server.output === "hello\n");
    await server.kill();
    expect(server.output).toBe("hello\n");
    expect(server.isRunning).toBe(false);
  });

  test("ends with the process that started it", async () => {
    const code = `
      import { ServerProcess } from "${import.meta.dir}/server_process.ts";
      const command = [Bun.which("sh"), "-c", "echo ready; exec sleep 60"];
      const server = await ServerProcess.start({ name: "sleeper", command, isReady: () => true });
      // Only the program itself, not what starts it, is sure to have been told to end with its parent.
      while (server.output === "") await Bun.sleep(1);
      console.log(server.pid);
      process.kill(process.pid, "SIGKILL");
    `;
    using dir = new TempDir();
    const env = { ...process.env, TMPDIR: dir.path };
    const child = Bun.spawn([process.execPath, "--no-install", "-e", code], { env, stdout: "pipe" });
    const pid = Number(await child.stdout.text());
    expect(pid).toBeGreaterThan(0);
    await eventually("the server is gone", () => !existsSync(`/proc/${pid}`));
  });
});

describe.skipIf(reasonToSkip("redis-server") !== null)("RedisServer", () => {
  test("comes back empty on the same port after it was killed", async () => {
    await using server = await RedisServer.start();
    const { port } = server;
    expect(await server.command("SET", "k", "v")).toBe("OK");
    await server.kill();
    await expect(RawClient.connect(port)).rejects.toThrow();
    await server.restart();
    expect(server.port).toBe(port);
    expect(await server.command("GET", "k")).toBeNull();
  });

  test("answers over a unix socket and asks for its password", async () => {
    await using server = await RedisServer.start({ unix: true, password: "secret" });
    expect(await server.command("PING")).toBe("PONG");
    using client = await RawClient.connect(server.endpoint);
    expect(await client.command("PING")).toEqual(new RespError("NOAUTH Authentication required."));
  });

  test("is silent while frozen and answers when thawed", async () => {
    await using server = await RedisServer.start();
    using client = await RawClient.connect(server.endpoint);
    await server.freeze();
    client.deadlineMs = 50;
    client.send("PING");
    await expect(client.readReply()).rejects.toThrow("nothing within");
    server.thaw();
    client.deadlineMs = 5000;
    expect(await client.readReply()).toBe("PONG");
  });
});

describe.skipIf(reasonToSkip("memcached") !== null)("MemcachedServer", () => {
  test("answers over a port and over a unix socket", async () => {
    for (const unix of [false, true]) {
      await using server = await MemcachedServer.start({ unix });
      using client = await RawClient.connect(server.endpoint);
      client.write("set k 0 0 1\r\nv\r\n");
      expect(await client.readLine()).toBe("STORED");
    }
  });

  test("is silent while frozen, whichever of its threads the signal reaches first", async () => {
    await using server = await MemcachedServer.start();
    using client = await RawClient.connect(server.endpoint);
    for (let round = 0; round < 20; round++) {
      await server.freeze();
      client.deadlineMs = 10;
      client.write("version\r\n");
      await expect(client.readLine()).rejects.toThrow("nothing within");
      server.thaw();
      client.deadlineMs = 5000;
      expect(await client.readLine()).toStartWith("VERSION");
    }
  });
});

describe.skipIf(reasonToSkip("nutcracker", "redis-server") !== null)("startNutcracker", () => {
  test("gives a proxy that serves its pool", async () => {
    await using server = await RedisServer.start();
    await using proxy = await startNutcracker(poolConfig({ listen: freePort(), servers: [server] }));
    using client = await proxy.connect();
    expect(await client.command("SET", "k", "v")).toBe("OK");
    expect(await server.command("GET", "k")).toBe("v");
  });

  test("throws with its complaint when the configuration is bad", async () => {
    await expect(startNutcracker("main:\n  listen: 127.0.0.1:1\n  nonsense: 1\n")).rejects.toThrow(
      "syntax is invalid",
    );
  });
});
