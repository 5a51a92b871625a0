/** Clients that vanish, in every state a session can be in: nothing of them is left, and nobody else notices. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { FakeServer, healthy, type Script } from "../support/fake_server.ts";
import { infoNumber, untilQuiet, untilStuck } from "../support/quiet.ts";
import type { RawClient } from "../support/raw_client.ts";
import { bulk, pipeline } from "../support/resp_encoder.ts";
import { Fleet } from "./fleet.ts";

const KB = 1024;
const MB = 1024 * KB;
const SERVER_OUTBOX_LOW = MB;
const LONG = bulk("x".repeat(200 * KB));

/** A pool of two servers; the first answers only what a test lets it. */
class Stage implements AsyncDisposable {
  /** What the silent server owes; null once it pays at once. */
  #owed: (() => void)[] | null = [];

  private constructor(readonly fleet: Fleet<FakeServer>, readonly silent: FakeServer) {}

  static async start(): Promise<Stage> {
    const servers = [await FakeServer.start(healthy), await FakeServer.start(healthy)];
    const options = {
      max_bulk: "64mb",
      client_outbox_high: "512kb",
      timeout: 0,
      server_outbox_low: SERVER_OUTBOX_LOW,
      server_outbox_high: 2 * SERVER_OUTBOX_LOW,
    };
    const fleet = await Fleet.start(servers, { options, totalBytes: "64mb", verbosity: 6 });
    const stage = new Stage(fleet, servers[0]!);
    await infoNumber(fleet.proxy, "bytes_in_flight");
    stage.silent.script = (request, peer) => stage.owe(() => answer(request, peer));
    servers[1]!.script = answer;
    return stage;
  }

  /** Keys of the silent and of the talking server. */
  get slow(): string {
    return this.fleet.keyOn(0);
  }
  get fast(): string {
    return this.fleet.keyOn(1);
  }

  inFlight(): Promise<number> {
    return infoNumber(this.fleet.proxy, "bytes_in_flight");
  }

  /** Waits until the silent server has been asked so much. */
  async asked(count: number): Promise<void> {
    await eventually(`${count} requests came`, () => this.#owed!.length >= count);
  }

  /** Has the silent server do something once it pays. */
  owe(debt: () => void): void {
    if (this.#owed === null) debt();
    else this.#owed.push(debt);
  }

  /** Has the silent server do all that it owes, and from now on what it should. */
  pay(): void {
    const owed = this.#owed!;
    this.#owed = null;
    for (const debt of owed) debt();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.fleet[Symbol.asyncDispose]();
  }
}

/** A GET gives a long value, an MGET as many short ones as it asks for. */
const answer: Script = (request, peer) => {
  const [name, ...keys] = request;
  if (name === "GET") peer.write(LONG);
  else if (name === "MGET") {
    peer.write(Buffer.concat([Buffer.from(`*${keys.length}\r\n`), ...keys.map((key) => bulk(key))]));
  } else healthy(request, peer);
};

/** Brings a client into a state; what the state is called. */
const STATES: Record<string, (client: RawClient, stage: Stage) => Promise<void>> = {
  "when idle": async (client) => void await client.command("PING"),

  "in the middle of a small request": async (client) => {
    await client.command("PING");
    client.write("*2\r\n$3\r\nGET\r\n$10\r\nabc");
  },

  "in the middle of an upload": async (client, stage) => {
    client.write(
      `*3\r\n$3\r\nSET\r\n$${stage.slow.length}\r\n${stage.slow}\r\n$${40 * MB}\r\n${"x".repeat(MB)}`,
    );
    await eventually("it is reserved", async () => await stage.inFlight() > 40 * MB);
  },

  "while replies are due": async (client, stage) => {
    client.write(pipeline([["GET", stage.slow], ["PING"], ["SET", stage.slow, "v"], ["GET", stage.fast]]));
    await stage.asked(2);
  },

  "while fragments are due": async (client, stage) => {
    client.write(pipeline([["MGET", stage.slow, stage.fast], ["DEL", stage.slow, stage.fast]]));
    await stage.asked(2);
  },

  "while early replies wait": async (client, stage) => {
    client.write(pipeline([["SET", stage.slow, "v"], ...Array(10).fill(["GET", stage.fast])]));
    await eventually("they are here", async () => await stage.inFlight() > MB);
  },

  "in the middle of a long reply": async (client, stage) => {
    stage.silent.script = (request, peer) => {
      const start = request[0] === "GET" ? 100 * KB : 0;
      peer.write(LONG.subarray(0, start));
      stage.owe(() => start > 0 ? peer.write(LONG.subarray(start)) : answer(request, peer));
    };
    client.write(pipeline([["GET", stage.slow]]));
    await client.readBytes(100 * KB);
  },

  "without having read its replies": async (client, stage) => {
    client.pause();
    client.write(pipeline(Array(60).fill(["GET", stage.fast])));
    await eventually("they pile up", async () => await stage.inFlight() > MB);
  },

  "while a server doesn't take its requests": async (client, stage) => {
    stage.silent.peer.pause();
    client.write(pipeline(Array(60).fill(["SET", stage.slow, "x".repeat(500 * KB)])));
    await untilStuck(stage.fleet.proxy, SERVER_OUTBOX_LOW);
    stage.owe(() => stage.silent.peer.resume());
  },
};

describe("a client that resets its connection", () => {
  test.each(Object.keys(STATES))("%s leaves nothing behind", async (state) => {
    await using stage = await Stage.start();
    const { proxy } = stage.fleet;
    const neighbour = await stage.fleet.connect();
    expect(await neighbour.command("SET", stage.fast, "v")).toBe("OK");
    const client = await stage.fleet.connect();
    await STATES[state]!(client, stage);
    neighbour.send("SET", stage.slow, "neighbour's");
    client.reset();
    // It is gone before any server has said what it still owes.
    await eventually("the session is gone", async () => await infoNumber(proxy, "connected_clients") === 2);
    stage.pay();
    expect(await neighbour.readReply()).toBe("OK");
    neighbour.close();
    await untilQuiet(proxy);
    // Nothing went wrong on the server's side of it.
    expect(stage.fleet.logged("server.failed")).toEqual([]);
    expect(stage.fleet.servers.map(({ peers }) => peers.length)).toEqual([1, 1]);
  });
});

test("clients that reset while a server connection is being made leave nothing behind", async () => {
  await using stage = await Stage.start();
  const { fleet, silent } = stage;
  for (let round = 0; round < 20; round++) {
    const clients = await Promise.all(Array.from({ length: 5 }, () => fleet.connect()));
    silent.peer.reset();
    for (const client of clients) {
      client.write(pipeline([["SET", stage.slow, "v"], ["MGET", stage.slow, stage.fast]]));
      client.reset();
    }
  }
  stage.pay();
  await untilQuiet(fleet.proxy);
});
