import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { eventually } from "./eventually.ts";
import { RawClient } from "./raw_client.ts";
import { RespError } from "./resp.ts";

describe("RawClient", () => {
  let server: Server;
  let port: number;
  const accepted: Socket[] = [];

  beforeAll(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  async function connected(): Promise<[RawClient, Socket]> {
    const before = accepted.length;
    const client = await RawClient.connect(port);
    await eventually("the connection is accepted", () => accepted.length > before);
    return [client, accepted.at(-1)!];
  }

  test("gives one reply at a time when several come at once", async () => {
    const [client, peer] = await connected();
    peer.write("+a\r\n-ERR b\r\n$1\r\nc\r\n*1\r\n:4\r\n");
    expect(await client.readReply()).toBe("a");
    expect(await client.readReply()).toEqual(new RespError("ERR b"));
    expect((await client.readRawReply()).toString()).toBe("$1\r\nc\r\n");
    expect(await client.readReplies(1)).toEqual([[4]]);
    client.close();
  });

  test("puts a reply together when it comes byte by byte", async () => {
    const [client, peer] = await connected();
    const reply = client.readReply();
    for (const byte of "$5\r\nhello\r\n") {
      peer.write(byte);
      await new Promise(setImmediate);
    }
    expect(await reply).toBe("hello");
    client.close();
  });

  test("sends commands as arrays of bulk strings, and bytes as they are", async () => {
    const [client, peer] = await connected();
    let received = "";
    peer.on("data", (chunk) => received += chunk);
    client.send("SET", "k", 1);
    client.write("PING\r\n");
    await eventually("all arrived", () => received.endsWith("PING\r\n"));
    expect(received).toBe("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\nPING\r\n");
    client.close();
  });

  test("throws with what has come when no whole reply comes in time", async () => {
    const [client, peer] = await connected();
    client.deadlineMs = 30;
    peer.write("$5\r\nhe");
    await expect(client.readReply()).rejects.toThrow(/a reply: nothing within 30 ms; 6 bytes/);
    client.close();
  });

  test("throws when the peer closes before the reply is whole", async () => {
    const [client, peer] = await connected();
    peer.end("$5\r\nhe");
    await expect(client.readReply()).rejects.toThrow("the peer closed");
    client.close();
  });

  test("reads on after it half-closed", async () => {
    const [client, peer] = await connected();
    peer.on("end", () => peer.end("+late\r\n+end\r\n"));
    peer.resume();
    client.halfClose();
    expect(await client.readReply()).toBe("late");
    expect((await client.readUntilClose()).toString()).toBe("+end\r\n");
    expect(client.ended).toBe(true);
    client.close();
  });

  test("resets the connection when asked to", async () => {
    const [client, peer] = await connected();
    let code = "";
    peer.on("error", (error) => code = (error as Error & { code: string }).code);
    peer.resume();
    client.reset();
    await eventually("the peer sees the reset", () => code === "ECONNRESET");
  });

  test("connect throws when nothing listens", async () => {
    await expect(RawClient.connect("/nowhere/at/all.sock")).rejects.toThrow();
  });
});
