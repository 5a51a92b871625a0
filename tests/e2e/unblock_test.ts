/** CLIENT UNBLOCK ends a wait for data in whichever worker it is, and loses nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RespError } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { Fleet } from "./fleet.ts";

const WAITS: readonly (readonly [words: readonly string[], nothing: unknown])[] = [
  [["BLPOP", "{a}none", "0"], null],
  [["BRPOPLPUSH", "{a}none", "{a}other", "0"], null],
  [["BZMPOP", "0", "1", "{a}none", "MIN"], null],
  [["XREAD", "BLOCK", "0", "STREAMS", "{a}none", "$"], null],
  [["WAIT", "3", "0"], 0],
];
const MOVES = 200;

let fleet: Fleet<RedisServer>;
let admin: RawClient;

beforeAll(async () => {
  fleet = await Fleet.start(await RedisServer.startMany(2), {
    options: { hash_tag: "{}", admin_commands: true },
    workers: 2,
  });
  admin = await fleet.connect();
});
afterAll(async () => {
  admin.close();
  await fleet[Symbol.asyncDispose]();
});

function blockedClients(count: number): Promise<boolean> {
  return eventually(`${count} clients are blocked`, async () => {
    return String(await admin.command("INFO", "clients")).includes(`\r\nblocked_clients:${count}\r\n`);
  });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("CLIENT UNBLOCK", () => {
  test.each(WAITS)("ends %p", async (words, nothing) => {
    for (let i = 0; i < 4; i++) {
      using client = await fleet.connect();
      const id = String(await client.command("CLIENT", "ID"));
      for (
        const [reason, expected] of [
          ["TIMEOUT", nothing],
          ["ERROR", new RespError("UNBLOCKED client unblocked via CLIENT UNBLOCK")],
        ] as const
      ) {
        client.send(...words);
        await blockedClients(1);
        const list = String(await admin.command("CLIENT", "LIST", "ID", id));
        expect(/flags=(\w+)/.exec(list)![1]).toBe("b");
        expect(await admin.command("CLIENT", "UNBLOCK", id, reason)).toBe(1);
        expect(await client.readReply()).toEqual(expected as never);
        expect(await admin.command("CLIENT", "UNBLOCK", id)).toBe(0);
      }
      expect(await client.command("PING")).toBe("PONG");
    }
  });

  test("keeps no connection back, and unblocks nobody else who waits on it next", async () => {
    const random = new Random("unblock");
    const clients = await Promise.all(Array.from({ length: 6 }, () => fleet.connect()));
    const ids = await Promise.all(
      clients.map(async (client) => String(await client.command("CLIENT", "ID"))),
    );
    const pushed: string[] = [];
    const popped: string[] = [];
    const empties = clients.map(() => 0);
    const unblocked = clients.map(() => 0);
    const loops = clients.map(async (client, i) => {
      for (;;) {
        const reply = await client.command("BLPOP", "{b}list", "0");
        if (reply === null) empties[i]!++;
        else popped.push((reply as string[])[1]!);
        if (popped.at(-1) === "end" || reply?.toString() === "{b}list,end") return;
      }
    });
    using pusher = await fleet.connect();
    for (let i = 0; i < MOVES; i++) {
      const at = random.integer(0, clients.length - 1);
      const asks = [admin.command("CLIENT", "UNBLOCK", ids[at]!)] as const;
      if (random.next() < 0.7) {
        pushed.push(`e${i}`);
        await pusher.command("RPUSH", "{b}list", `e${i}`);
      }
      unblocked[at]! += Number(await asks[0]);
    }
    for (const _ of clients) await pusher.command("RPUSH", "{b}list", "end");
    await Promise.all(loops);
    expect(popped.filter((value) => value !== "end").sort()).toEqual(pushed.sort());
    expect(empties).toEqual(unblocked);
    for (const client of clients) client.close();
  });
});
