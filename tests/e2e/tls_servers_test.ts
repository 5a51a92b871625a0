/** Servers that speak TLS: who is trusted, what is said when somebody isn't, and what comes after. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { Authority, type Certificate } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { type AnyServer, Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server", "openssl") !== null;
const FAILED = new RespError("ERR TLS connection to server failed");

let authority: Authority;
let other: Authority;
let good: Certificate;
let mine: Certificate;

/** One server by TLS behind the proxy; `server_tls` trusts our authority unless something else is said. */
async function fleetOf(
  certificate: Certificate,
  serverTls: Record<string, string | boolean> = { ca: authority.cert },
  options: Record<string, string | number | boolean> = {},
): Promise<Fleet<RedisServer>> {
  const server = await RedisServer.start({ tls: certificate });
  return await Fleet.start([server], { options: { server_tls: serverTls, ...options } });
}

/** What a client is told, and what the log says of the server. */
async function refusalOf(fleet: Fleet<RedisServer>): Promise<string> {
  using client = await fleet.connect();
  expect(await client.command("GET", "a")).toEqual(FAILED);
  return /reason="?(.*?)"?$/.exec(fleet.logged("server.failed")[0]!)![1]!;
}

describe.skipIf(skip)("a pool with server_tls", () => {
  beforeAll(() => {
    authority = new Authority();
    other = new Authority("another authority");
    good = authority.sign("server");
    mine = authority.sign("proxy");
  });
  afterAll(() => {
    authority[Symbol.dispose]();
    other[Symbol.dispose]();
  });

  test("reaches servers, with a certificate of its own where they want one", async () => {
    const servers = [
      await RedisServer.start({ tls: good }),
      await RedisServer.start({ tls: { ...good, clientCa: authority.cert } }),
    ];
    const serverTls = { ca: authority.cert, cert: mine.cert, key: mine.key };
    await using fleet = await Fleet.start(servers, {
      options: { server_tls: serverTls, server_connections: 2 },
    });
    using client = await fleet.connect();
    client.deadlineMs = 15_000;
    const value = Buffer.alloc(5 * 1024 * 1024, "0123456789\r\n");
    for (const server of [0, 1]) {
      const key = fleet.keyOn(server);
      expect(await client.command("SET", key, value)).toBe("OK");
      for (let i = 0; i < 20; i++) client.send("GET", key);
      for (let i = 0; i < 20; i++) {
        const reply = await client.readRawReply();
        expect(reply.subarray(reply.indexOf("\n") + 1, -2).equals(value)).toBeTrue();
      }
    }
    const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
    expect(await client.command("MSET", ...keys.flatMap((key) => [key, key]))).toBe("OK");
    expect(await client.command("MGET", ...keys)).toEqual(keys);
  }, 30_000);

  test(
    "says what is wrong with a server's certificate in the log, and to clients no more than that",
    async () => {
      const cases: [Certificate, Record<string, string | boolean>, string][] = [
        [
          other.sign("server"),
          { ca: authority.cert },
          "TLS: the peer's certificate was issued by nobody we trust",
        ],
        [good, {}, "TLS: the peer's certificate was issued by nobody we trust"],
        [
          authority.sign("old", { days: -1 }),
          { ca: authority.cert },
          "TLS: the peer's certificate has expired",
        ],
        [
          authority.sign("elsewhere", { names: ["DNS:elsewhere"] }),
          { ca: authority.cert },
          "TLS: the peer's certificate is for another name: IP: 127.0.0.1 is not in the cert's list: ",
        ],
        [
          good,
          { ca: authority.cert, server_name: "elsewhere" },
          "TLS: the peer's certificate is for another name: Host: elsewhere. is not in the cert's altnames: " +
          "DNS:localhost, IP Address:127.0.0.1",
        ],
      ];
      for (const [certificate, serverTls, reason] of cases) {
        await using fleet = await fleetOf(certificate, serverTls);
        expect(await refusalOf(fleet)).toBe(reason);
      }
    },
    30_000,
  );

  test("asks for the name it is given, and verifies nothing when told so", async () => {
    const elsewhere = authority.sign("elsewhere", { names: ["DNS:elsewhere"] });
    const ways: Record<string, string | boolean>[] = [{ ca: authority.cert, server_name: "elsewhere" }, {
      verify: false,
    }];
    for (const serverTls of ways) {
      await using fleet = await fleetOf(elsewhere, serverTls);
      using client = await fleet.connect();
      expect(await client.command("SET", "a", "1")).toBe("OK");
    }
  });

  test("fails what goes to a server that wants a certificate and sees none, and says why", async () => {
    const server = await RedisServer.start({ tls: { ...good, clientCa: authority.cert } });
    await using fleet = await Fleet.start([server], { options: { server_tls: { ca: authority.cert } } });
    using client = await fleet.connect();
    expect(await client.command("GET", "a")).toBeInstanceOf(RespError);
    await eventually("the reason is in the log", () => fleet.logged("server.failed").length > 0);
    expect(fleet.logged("server.failed").join("\n")).toContain("wants to see a certificate");
  });

  test("fails at once where a server speaks no TLS, and after connect_timeout where it says nothing", async () => {
    await using fleet = await Fleet.start([hardlyAServer("-ERR Protocol error\r\n"), hardlyAServer("")], {
      options: { server_tls: { ca: authority.cert }, connect_timeout: 300 },
    });
    using client = await fleet.connect();
    expect(await client.command("GET", fleet.keyOn(0))).toEqual(FAILED);
    expect(await client.command("GET", fleet.keyOn(1))).toEqual(new RespError("ERR Connection timed out"));
    expect(fleet.logged("server.failed").join("\n")).toContain("the peer doesn't speak TLS");
  });

  test(
    "comes back when a server has a better certificate, and trusts another authority after a reload",
    async () => {
      const files = { cert: `${good.cert}.live`, key: `${good.key}.live` };
      const put = (certificate: Certificate) => {
        copyFileSync(certificate.cert, files.cert);
        copyFileSync(certificate.key, files.key);
      };
      const trust = `${authority.cert}.live`;
      put(authority.sign("old", { days: -1 }));
      copyFileSync(authority.cert, trust);
      await using fleet = await fleetOf(files, { ca: trust });
      using client = await fleet.connect();
      expect(await client.command("SET", "a", "1")).toEqual(FAILED);
      put(good);
      await fleet.servers[0]!.restart();
      await eventually("it works", async () => await client.command("SET", "a", "1") === "OK");
      put(other.sign("server"));
      await fleet.servers[0]!.restart();
      await eventually("it fails", async () => Bun.deepEquals(await client.command("SET", "a", "1"), FAILED));
      copyFileSync(other.cert, trust);
      fleet.proxy.signal("SIGHUP");
      await eventually("it works again", async () => await client.command("SET", "a", "1") === "OK");
    },
    30_000,
  );

  test(
    "ejects servers that can't be trusted, and takes them back when a probe by TLS is answered",
    async () => {
      const files = { cert: `${good.cert}.ejected`, key: `${good.key}.ejected` };
      const put = (certificate: Certificate) => {
        copyFileSync(certificate.cert, files.cert);
        copyFileSync(certificate.key, files.key);
      };
      put(other.sign("server"));
      await using fleet = await fleetOf(files, { ca: authority.cert }, {
        auto_eject_hosts: true,
        server_failure_limit: 1,
        server_retry_timeout: 100,
      });
      using client = await fleet.connect();
      expect(await client.command("GET", "a")).toEqual(FAILED);
      await eventually("it is ejected", () => fleet.logged("server.ejected").length === 1);
      put(good);
      await fleet.servers[0]!.restart();
      await eventually("it is back", () => fleet.logged("server.readmitted").length === 1);
      expect(await client.command("GET", "a")).toBeNull();
    },
    30_000,
  );
});

/** Says the same to everything. */
function hardlyAServer(answer: string): AnyServer {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => void socket.write(answer) },
  });
  return {
    address: `127.0.0.1:${listener.port}`,
    [Symbol.asyncDispose]: () => Promise.resolve(listener.stop(true)),
  };
}
