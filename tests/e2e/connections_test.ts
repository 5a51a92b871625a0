/** Connections of clients and to servers: when they are made, kept, refused and ended. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy, silent } from "../support/fake_server.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { ProxyProcess } from "../support/proxy_process.ts";
import { RawClient } from "../support/raw_client.ts";
import { sennitCommand, startSennit } from "../support/sennit.ts";
import { testUnless } from "../support/test_unless.ts";

let server: FakeServer;
beforeAll(async () => void (server = await FakeServer.start(healthy)));
afterAll(() => server[Symbol.asyncDispose]());

function config(options: Record<string, string | number | boolean>, servers = [server], listen = freePort()) {
  return poolConfig({ listen, servers, options });
}

test.each([true, false])(
  "servers are connected to before the first request when preconnect is %p",
  async (preconnect) => {
    await using one = await FakeServer.start(healthy);
    await using proxy = await startSennit(config({ preconnect, server_connections: 3 }, [one]));
    if (preconnect) await eventually("all are connected", () => one.peers.length === 3);
    using client = await proxy.connect();
    expect(await client.command("PING")).toBe("PONG");
    expect(one.peers.length).toBe(preconnect ? 3 : 0);
  },
);

test("several processes share a port with reuseport, and each serves", async () => {
  const text = config({ reuseport: true });
  await using first = await startSennit(text);
  await using second = await startSennit(text);
  const served = new Set<string>();
  await eventually("both have served", async () => {
    using client = await first.connect();
    served.add(/process_id:(\d+)/.exec(String(await client.command("INFO")))![1]!);
    return served.size === 2;
  });
  expect(served).toEqual(new Set([String(first.pid), String(second.pid)]));
});

describe.skipIf(reasonToSkip("ss") !== null)("a client's connection", () => {
  test.each([true, false])("has a keepalive timer when tcpkeepalive is %p", async (tcpkeepalive) => {
    await using proxy = await startSennit(config({ tcpkeepalive, client_keepalive: 77_000 }));
    using client = await proxy.connect();
    expect(await client.command("PING")).toBe("PONG");
    const { stdout } = Bun.spawnSync([
      "ss",
      "-Htno",
      `sport = :${proxy.port} and dport = :${client.localPort}`,
    ]);
    const line = stdout.toString();
    expect(line).toContain(`:${proxy.port}`);
    // Units of ss: what is left of 77 s, however long this machine took to look; without the option it were 2 h.
    if (tcpkeepalive) expect(line).toMatch(/timer:\(keepalive,1min(\d|1[0-7])sec/);
    else expect(line).not.toContain("keepalive");
  });
});

test("a client that asks nothing for client_idle_timeout is closed, one that waits for a reply is not", async () => {
  await using quiet = await FakeServer.start(silent);
  await using proxy = await startSennit(config({ client_idle_timeout: 1000 }, [quiet]));
  using waiting = await proxy.connect();
  waiting.send("GET", "k");
  using idle = await proxy.connect();
  expect(await idle.command("PING")).toBe("PONG");
  expect((await idle.readUntilClose()).length).toBe(0);
  expect(proxy.log.match(/client\.closed .* reason=client_idle_timeout/g)).toHaveLength(1);
  quiet.peer.write("$4\r\nlate\r\n");
  expect(await waiting.readReply()).toBe("late");
});

describe.skipIf(process.platform === "win32")("the limit of open files", () => {
  function startWith(files: number): Promise<ProxyProcess> {
    const limited = ["sh", "-c", `ulimit -n ${files}; exec "$@"`, "sh", ...sennitCommand()];
    const command = (file: string) => [...limited, "-c", file];
    return ProxyProcess.start({ name: "sennit", command, config: config({}) });
  }

  test("keeps clients below it: the excess is told so, however many come at once", async () => {
    await using proxy = await startWith(80);
    const clients: RawClient[] = [];
    const ask = async () => {
      const client = await proxy.connect();
      clients.push(client);
      client.send("PING");
      return await client.readLine();
    };
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask().catch(String)));
    const refused = answers.filter((answer) => answer === "-ERR max number of clients reached").length;
    const served = answers.filter((answer) => answer === "+PONG").length;
    expect(served).toBeGreaterThan(30);
    expect({ served, refused }).toEqual({ served, refused: answers.length - served });
    for (const client of clients) client.close();
    await eventually("there is room again", async () => {
      using client = await proxy.connect();
      return await client.command("PING") === "PONG";
    });
  });

  test("that leaves no room for clients is said at the start", async () => {
    await expect(startWith(30)).rejects.toThrow(/30 open files .* no room for clients/);
  });
});

testUnless(hasIpv6() ? null : "this machine has no IPv6")(
  "clients and servers are reached over IPv6, with brackets and without",
  async () => {
    const ports = [freePort(), freePort(), freePort()] as const;
    const inner = poolConfig({ name: "inner", listen: ports[0], servers: [server] });
    const outer = ["[::1]", "::1"].map((host, i) =>
      poolConfig({ name: `outer ${i}`, listen: ports[i + 1]!, servers: [`"${host}:${ports[0]}:1"`] })
    );
    const text = [...outer, inner.replace("127.0.0.1:", "[::]:")].join("");
    await using proxy = await startSennit(text);
    for (const endpoint of proxy.endpoints) {
      using client = await RawClient.connect(endpoint);
      expect(await client.command("SET", "k", "v")).toBe("OK");
    }
    using client = await RawClient.connect(ports[0], "::1");
    expect(await client.command("SET", "k", "v")).toBe("OK");
  },
);

function hasIpv6(): boolean {
  try {
    Bun.listen({ hostname: "::1", port: 0, socket: { data() {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}
