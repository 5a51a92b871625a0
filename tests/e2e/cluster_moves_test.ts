/** Slots that move under load: clients see no redirect, and every write is done once and in its order. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { RespError, type RespValue } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { reasonToSkip } from "../support/programs.ts";
import { Clustered, keyIn } from "./clustered.ts";

const STARTING_MS = 40_000;
const CLIENTS = 6;
/** Requests that a client has under way at once. */
const DEPTH = 16;
const MOVES = 24;
/** Slots of which the keys are; they are the ones that move. */
const SLOTS = [1, 100, 2000, 5461, 5462, 9000, 12_000, 16_383];

/** A client that writes and reads without a pause, and knows what each reply has to be. */
async function work(
  setup: Clustered,
  name: string,
  isOn: () => boolean,
): Promise<{ wrong: string[]; asked: number }> {
  using client = await setup.connect();
  const random = new Random(name);
  const values = new Map<string, string>();
  const wrong: string[] = [];
  let asked = 0;
  client.deadlineMs = 15_000;
  while (isOn()) {
    const expected: [string[], (reply: RespValue) => boolean][] = [];
    for (let i = random.integer(1, DEPTH); i > 0; i--) {
      const slot = random.pick(SLOTS);
      const key = keyIn(slot, `${name}:${random.integer(0, 3)}`);
      const value = values.get(key);
      const count = Number(value ?? 0);
      const draw = random.integer(0, 9);
      if (draw < 5) {
        values.set(key, String(count + 1));
        expected.push([["INCR", key], (reply) => reply === count + 1]);
      } else if (draw < 8) {
        expected.push([["GET", key], (reply) => reply === (value ?? null)]);
      } else if (draw < 9) {
        // Two keys of one slot, which may be on two nodes while it moves; and one of another slot.
        const twin = `${key}:twin`;
        values.set(key, String(count));
        expected.push([["MSET", key, String(count), twin, String(count)], (reply) => reply === "OK"]);
      } else {
        values.set(key, String(count + 2));
        expected.push(
          [["MULTI"], (reply) => reply === "OK"],
          [["INCR", key], (reply) => reply === "QUEUED"],
          [["INCR", key], (reply) => reply === "QUEUED"],
          [["EXEC"], (reply) => Bun.deepEquals(reply, [count + 1, count + 2])],
        );
      }
    }
    for (const [words] of expected) client.send(...words);
    for (const [words, isRight] of expected) {
      const reply = await client.readReply();
      asked++;
      if (!isRight(reply)) {
        wrong.push(`${words.join(" ")}: ${reply instanceof RespError ? reply.message : Bun.inspect(reply)}`);
      }
    }
  }
  for (const [key, value] of values) {
    const found = await client.command("GET", key);
    if (found !== value) wrong.push(`${key}: ${Bun.inspect(found)} instead of ${value}`);
  }
  return { wrong, asked };
}

describe.skipIf(reasonToSkip("redis-server") !== null)("slots that move under load", () => {
  let setup: Clustered;
  beforeAll(async () => {
    setup = await Clustered.start({ primaries: 3, empty: 1, workers: 2 });
  }, STARTING_MS);
  afterAll(() => setup[Symbol.asyncDispose]());

  test("are invisible: every counter is exact, and each client's requests keep their order", async () => {
    const { cluster } = setup;
    const random = new Random("moves");
    // Keys are found before clients have to wait for that.
    for (const slot of SLOTS) keyIn(slot);
    let isOn = true;
    const clients = Array.from({ length: CLIENTS }, (_, i) => work(setup, `client${i}`, () => isOn));
    for (let move = 0; move < MOVES; move++) {
      const slot = random.pick(SLOTS);
      await cluster.moveSlot(
        slot,
        random.pick(cluster.nodes.filter((node) => node !== cluster.ownerOf(slot))),
      );
    }
    isOn = false;
    const results = await Promise.all(clients);
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(Math.min(...results.map(({ asked }) => asked))).toBeGreaterThan(0);
    await eventually("the last layout is known", () => setup.proxy.log.includes("cluster.changed"));
  }, 60_000);
});
