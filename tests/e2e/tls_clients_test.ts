/** Clients that connect by TLS: what works as without it, who is kept out, and what that costs the others. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync } from "node:fs";
import { connect as connectByTls, type TLSSocket } from "node:tls";
import { Redis } from "ioredis";
import { Authority, type Certificate } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { MemcachedServer } from "../support/memcached_server.ts";
import { findProgram, reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Fleet } from "./fleet.ts";

const skip = reasonToSkip("redis-server", "openssl", "redis-cli") !== null;

let authority: Authority;
let other: Authority;
let server: Certificate;
let client: Certificate;
let stranger: Certificate;

/** What `node:tls` calls a certificate. */
function shown({ cert, key }: Certificate) {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

function trusted(extra = {}) {
  return { ca: readFileSync(authority.cert), ...extra };
}

type Options = Parameters<typeof Fleet.start>[1];

async function redisFleet(options: Options = {}): Promise<Fleet<RedisServer>> {
  const tls = { cert: server.cert, key: server.key };
  return await Fleet.start(await RedisServer.startMany(2), {
    verbosity: 6,
    ...options,
    options: { tls, ...options?.options },
  });
}

describe.skipIf(skip)("a pool with tls", () => {
  beforeAll(() => {
    authority = new Authority();
    other = new Authority("another authority");
    server = authority.sign("proxy");
    client = authority.sign("client");
    stranger = other.sign("client");
  });
  afterAll(() => {
    authority[Symbol.dispose]();
    other[Symbol.dispose]();
  });

  test("serves redis-cli and ioredis", async () => {
    await using fleet = await redisFleet();
    const { port } = fleet.proxy;
    // deno-fmt-ignore
    const cli = Bun.spawn(
      [findProgram("redis-cli"), "-p", String(port), "--tls", "--cacert", authority.cert, "--sni", "localhost", "SET", "a", "1"],
      { stdout: "pipe", stderr: "pipe" },
    );
    expect(await cli.stdout.text()).toBe("OK\n");
    const redis = new Redis({ port, host: "localhost", tls: { ca: readFileSync(authority.cert) } });
    expect(await redis.mget("a", "b", "c")).toEqual(["1", null, null]);
    const replies = await redis.pipeline(Array.from({ length: 500 }, (_, i) => ["incrby", `n${i}`, i]))
      .exec();
    expect(replies!.map(([, value]) => value)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    await redis.quit();
  });

  test("carries large values both ways, whatever the client reads at a time", async () => {
    await using fleet = await redisFleet();
    using raw = await RawClient.connectTls(fleet.proxy.port, trusted());
    raw.deadlineMs = 15_000;
    const value = Buffer.alloc(9 * 1024 * 1024, "abcdefgh\0\r\n\x16\x03\x01");
    expect(await raw.command("SET", "large", value)).toBe("OK");
    raw.pause();
    for (let i = 0; i < 8; i++) raw.send("GET", "large");
    using neighbour = await RawClient.connectTls(fleet.proxy.port, trusted());
    expect(await neighbour.command("STRLEN", "large")).toBe(value.length);
    raw.resume();
    for (let i = 0; i < 8; i++) {
      const reply = await raw.readRawReply();
      expect(reply.subarray(reply.indexOf("\n") + 1, -2).equals(value)).toBeTrue();
    }
  }, 30_000);

  test("answers what was asked before a client sent its end", async () => {
    await using fleet = await redisFleet();
    using raw = await RawClient.connectTls(fleet.proxy.port, trusted({ allowHalfOpen: true }));
    raw.send("SET", "k", "v");
    raw.send("GET", "k");
    raw.halfClose();
    expect((await raw.readUntilClose()).toString()).toBe("+OK\r\n$1\r\nv\r\n");
  });

  test("tells a client too many why, by TLS too", async () => {
    await using fleet = await redisFleet({ options: { client_connections: 1 } });
    // Whoever looked whether the proxy is there may still be leaving.
    using first = await eventually("there is room", async () => {
      const each = await RawClient.connectTls(fleet.proxy.port, trusted());
      return await each.command("PING") === "PONG" && each;
    }) as RawClient;
    using second = await RawClient.connectTls(fleet.proxy.port, trusted());
    expect((await second.readUntilClose()).toString()).toBe("-ERR max number of clients reached\r\n");
    expect(await first.command("PING")).toBe("PONG");
  });

  test("asks clients for certificates of its authority when client_ca says so", async () => {
    const tls = { cert: server.cert, key: server.key, client_ca: authority.cert };
    await using fleet = await redisFleet({ options: { tls } });
    const { port } = fleet.proxy;
    using good = await RawClient.connectTls(port, trusted(shown(client)));
    expect(await good.command("SET", "a", "1")).toBe("OK");
    for (const certificate of [{}, shown(stranger)]) {
      // With TLS 1.3 a client is told only after it believes to be connected.
      const refused = await RawClient.connectTls(port, trusted(certificate)).catch(() => null);
      if (refused !== null) {
        refused.send("GET", "a");
        expect((await refused.readUntilClose()).length).toBe(0);
      }
    }
    await eventually("both are in the log", () => fleet.logged("client.tls").length === 2);
    expect(fleet.logged("client.tls").map((line) => /reason=(.*)$/.exec(line)![1])).toEqual([
      '"TLS: the client shows no certificate"',
      `"TLS: the peer's certificate was issued by nobody we trust"`,
    ]);
    expect(await good.command("GET", "a")).toBe("1");
  });

  test("sends away who speaks no TLS, or an old one, and goes on", async () => {
    await using fleet = await redisFleet();
    const { port } = fleet.proxy;
    using good = await RawClient.connectTls(port, trusted());
    for (const words of ["*1\r\n$4\r\nPING\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"]) {
      using plain = await RawClient.connect(port);
      plain.write(words);
      const answer = await plain.readUntilClose();
      expect(answer.toString("latin1")).not.toContain("PONG");
    }
    // deno-fmt-ignore
    const old = Bun.spawn(
      [findProgram("openssl"), "s_client", "-connect", `127.0.0.1:${port}`, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
      { stdin: "ignore", stdout: "pipe", stderr: "ignore" },
    );
    expect(await old.stdout.text()).toContain("Cipher is (NONE)");
    await eventually("all are in the log", () => fleet.logged("client.tls").length === 3);
    expect(fleet.logged("client.tls").join()).toContain("the peer doesn't speak TLS");
    expect(fleet.logged("client.tls").join()).toContain("speaks no TLS of version 1.2 or later");
    expect(await good.command("PING")).toBe("PONG");
  });

  test("closes connections whose handshake doesn't end", async () => {
    await using fleet = await redisFleet({ options: { client_body_timeout: 300 } });
    const { port } = fleet.proxy;
    using good = await RawClient.connectTls(port, trusted());
    const half = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(port)));
    for (const each of half) each.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    for (const each of half) expect((await each.readUntilClose()).length).toBe(0);
    expect(fleet.logged("client.tls")[0]).toContain("the handshake took too long");
    expect(await good.command("PING")).toBe("PONG");
    expect(String(await good.command("INFO", "clients"))).toContain("connected_clients:1\r\n");
  });

  test(
    "takes new certificates on SIGHUP while clients come and go, and closes no connection for it",
    async () => {
      const files = { cert: `${server.cert}.live`, key: `${server.key}.live` };
      const put = (certificate: Certificate) => {
        copyFileSync(certificate.cert, files.cert);
        copyFileSync(certificate.key, files.key);
      };
      put(authority.sign("first", { names: ["DNS:first"] }));
      await using fleet = await redisFleet({ options: { tls: files } });
      const { port } = fleet.proxy;
      const connect = () => RawClient.connectTls(port, trusted({ checkServerIdentity: () => undefined }));
      using old = await connect();
      expect(await certificateName(port)).toBe("first");
      let stop = false;
      let served = 0;
      const traffic = Promise.all(Array.from({ length: 4 }, async () => {
        while (!stop) {
          using short = await connect();
          expect(await short.command("PING")).toBe("PONG");
          served++;
        }
      }));
      for (const name of ["second", "third"]) {
        const before = served;
        await eventually("there is traffic", () => served > before + 20);
        put(authority.sign(name, { names: [`DNS:${name}`] }));
        fleet.proxy.signal("SIGHUP");
        await eventually(`new clients see the ${name}`, async () => await certificateName(port) === name);
        expect(await old.command("PING")).toBe("PONG");
      }
      put({ ...authority.sign("fourth"), key: server.key });
      fleet.proxy.signal("SIGHUP");
      await eventually(
        "a key that doesn't fit is refused",
        () => fleet.logged("config.rejected").length === 1,
      );
      expect(fleet.logged("config.rejected")[0]).toContain("is not the key of the certificate");
      expect(await certificateName(port)).toBe("third");
      stop = true;
      await traffic;
      expect(await old.command("PING")).toBe("PONG");
    },
    40_000,
  );

  test("serves memcached as it serves Redis", async () => {
    await using fleet = await Fleet.start([await MemcachedServer.start()], {
      options: { redis: false, tls: { cert: server.cert, key: server.key } },
    });
    using raw = await RawClient.connectTls(fleet.proxy.port, trusted());
    raw.write("set a 0 0 1\r\nx\r\nget a\r\n");
    const answer = "STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n";
    expect((await raw.readBytes(answer.length)).toString()).toBe(answer);
  });

  test("doesn't start with a key that isn't the certificate's, and says so with line and column", async () => {
    const tls = { cert: server.cert, key: client.key };
    const error = await redisFleet({ options: { tls } }).then(() => null, (reason: Error) => reason);
    expect(error?.message).toMatch(/:\d+:\d+: pool "main": tls: key: ".*" is not the key of the certificate/);
    expect(error?.message).not.toContain("PRIVATE KEY");
  });
});

/** The common name in the certificate that a new client sees. */
async function certificateName(port: number): Promise<string> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const made: TLSSocket = connectByTls(
      { port, host: "127.0.0.1", rejectUnauthorized: false },
      () => resolve(made),
    );
    made.once("error", reject);
  });
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}
