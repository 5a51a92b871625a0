/** Slot jobs on real servers: three proxies write all the time while slots go back and forth, and controllers die. */
import { describe, expect, test } from "bun:test";
import { campaign, FileCoordination } from "../../src/coordination/mod.ts";
import {
  type Command,
  databasesOf,
  isClientsKey,
  scanKeys,
  ServerConnection,
} from "../../src/copying/mod.ts";
import {
  type JobContext,
  type JobRecord,
  JobRunner,
  plannedJob,
  ProxyAgent,
  readJobRecord,
  readTable,
  SlotKeys,
  type SlotPlane,
  type SlotTable,
  writeTable,
} from "../../src/migration/mod.ts";
import { evenSlots } from "../../src/routing/slots/even_slots.ts";
import { SlotHash } from "../../src/routing/slots/slot_hash.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RedisServer } from "../support/redis_server.ts";
import { Random } from "../support/seed.ts";
import { TempDir } from "../support/temp_dir.ts";
import { addressOf, connectTo, Ending } from "./copying.ts";

const KEYS = new SlotKeys("slots/");
const HALF = Array.from({ length: 512 }, (_, slot) => slot);

/** A data plane as simple as can be: it sends a command where the table says, unless its slot is held. */
class Plane implements SlotPlane {
  readonly #servers: ReadonlyMap<number, ServerConnection>;
  readonly #held = new Map<number, number>();
  readonly #busy = new Map<number, number>();
  readonly #hash = new SlotHash("codis");
  #table: SlotTable | null = null;
  #wake = Promise.withResolvers<void>();

  constructor(servers: ReadonlyMap<number, ServerConnection>) {
    this.#servers = servers;
  }

  route(table: SlotTable): void {
    this.#table = table;
    this.#news();
  }

  async hold(slots: readonly number[]): Promise<void> {
    for (const slot of slots) this.#held.set(slot, (this.#held.get(slot) ?? 0) + 1);
    while (slots.some((slot) => (this.#busy.get(slot) ?? 0) > 0)) await this.#wake.promise;
  }

  release(slots: readonly number[]): void {
    for (const slot of slots) this.#held.set(slot, this.#held.get(slot)! - 1);
    this.#news();
  }

  async send(key: string, command: Command): Promise<unknown> {
    const bytes = Buffer.from(key);
    const slot = this.#hash.slotOf(bytes, 0, bytes.length);
    while (this.#table === null || (this.#held.get(slot) ?? 0) > 0) await this.#wake.promise;
    this.#busy.set(slot, (this.#busy.get(slot) ?? 0) + 1);
    try {
      return await this.#servers.get(this.#table.owners[slot]!)!.call(...command);
    } finally {
      this.#busy.set(slot, this.#busy.get(slot)! - 1);
      this.#news();
    }
  }

  #news(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** A client of its own keys, who knows what every answer must be. */
async function client(plane: Plane, name: string, isOver: () => boolean, wrong: string[]): Promise<number> {
  const random = new Random(name);
  const counts = new Map<string, number>();
  let done = 0;
  while (!isOver()) {
    const key = `${name}:${random.integer(0, 30)}`;
    const [kind, command] = random.pick<[string, Command]>([
      ["n", ["INCR", `${key}:n`]],
      ["l", ["RPUSH", `${key}:l`, done]],
      ["t", ["APPEND", `${key}:t`, "x"]],
      ["h", ["HINCRBY", `${key}:h`, "f", 1]],
      ["e", [
        "EVAL",
        "redis.call('pexpire', KEYS[1], 3600000) return redis.call('incr', KEYS[1])",
        1,
        `${key}:e`,
      ]],
    ]);
    const expected = (counts.get(`${key}:${kind}`) ?? 0) + 1;
    const answer = await plane.send(`${key}:${kind}`, command);
    if (answer !== expected) wrong.push(`${key}:${kind}: ${answer}, not ${expected}`);
    counts.set(`${key}:${kind}`, expected);
    done++;
  }
  return done;
}

describe.skipIf(reasonToSkip("redis-server") !== null)("JobRunner", () => {
  test(
    "moves slots back and forth under clients who get no wrong answer, whenever controllers die",
    async () => {
      using ending = new Ending();
      using dir = new TempDir();
      const { signal } = ending;
      const servers = await RedisServer.startMany(2);
      const open = () => new FileCoordination(dir.file("shared"));
      const store = open();
      const table = { hash: "codis", epoch: 1, owners: evenSlots([1, 2], 1024) } as const;
      await store.commit([], [{ put: KEYS.table, value: writeTable(table) }]);
      const told: string[] = [];
      const wrong: string[] = [];
      let isOver = false;
      const planes: Plane[] = [];
      for (let i = 0; i < 3; i++) {
        const connections = await Promise.all(servers.map((server) => connectTo(server, signal)));
        const plane = new Plane(new Map(connections.map((connection, at) => [at + 1, connection])));
        planes.push(plane);
        const failed = (error: Error) => void told.push(error.message);
        void new ProxyAgent({
          store: open(),
          keys: KEYS,
          proxy: `p${i}`,
          user: null,
          plane,
          ttlMs: 2000,
          signal,
          failed,
        }).run();
      }
      const clients = Array.from(
        { length: 9 },
        (_, i) => client(planes[i % 3]!, `c${i}`, () => isOver, wrong),
      );
      const random = new Random("controllers");
      const phases = new Set<string>();
      let owner = 1;
      for (let round = 0; round < 8; round++) {
        const to = owner === 1 ? 2 : 1;
        const job = plannedJob(`j${round}`, HALF, owner, to);
        await store.commit([], [{ put: KEYS.job(job.id), value: JSON.stringify(job) }]);
        for (let deaths = 0;; deaths++) {
          const death = new AbortController();
          const leadership = await campaign(store, {
            key: "controller",
            name: `k${round}.${deaths}`,
            ttlMs: 2000,
            signal,
          });
          const record: JobRecord = readJobRecord((await store.get(KEYS.job(job.id))).entry!.value);
          const context: JobContext = {
            store,
            keys: KEYS,
            leadership,
            serverOf: (group) => addressOf(servers[group - 1]!),
            limits: { lockBudgetMs: 200, rounds: 3, patience: 3, locks: 10, attempts: 5 },
            lockMs: 2000,
            holdMs: 4000,
            copying: {
              limits: { keys: 100_000, bytes: 10_000_000 },
              pace: { bytesPerSecond: null, latencyMs: null },
              dumpMax: 1_000_000,
              chunkBytes: 100_000,
            },
            tell: (text) => void told.push(text),
            signal: AbortSignal.any([signal, death.signal]),
          };
          const runner = JobRunner.run(context, record);
          const fuse = round % 2 === 0 || deaths > 2 ? undefined : setTimeout(() => {
            phases.add(runner.state.order.kind);
            death.abort(new Error("the controller has died"));
          }, random.integer(0, 150));
          const end = await runner.finished();
          clearTimeout(fuse);
          await leadership.resign();
          if (end === "deposed") continue;
          expect([round, end, told.slice(-5)]).toEqual([round, "done", told.slice(-5)]);
          break;
        }
        owner = to;
        const { owners } = readTable((await store.get(KEYS.table)).entry!.value);
        expect(owners[0]).toBe(owner);
      }
      isOver = true;
      const done = await Promise.all(clients);
      expect(wrong).toEqual([]);
      expect(Math.min(...done)).toBeGreaterThan(50);
      const hash = new SlotHash("codis");
      const { owners } = readTable((await store.get(KEYS.table)).entry!.value);
      for (const [i, server] of servers.entries()) {
        const connection = await connectTo(server, signal);
        for (const database of await databasesOf(connection)) {
          for await (const keys of scanKeys(connection, database, isClientsKey)) {
            const foreign = keys.filter((key) => owners[hash.slotOf(key, 0, key.length)] !== i + 1);
            expect(foreign.map(String)).toEqual([]);
          }
        }
      }
      ending[Symbol.dispose]();
      for (const server of servers) await server.kill();
      expect(phases.size).toBeGreaterThan(0);
    },
    60_000,
  );
});
