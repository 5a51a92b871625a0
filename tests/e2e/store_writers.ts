/** Clients that write until their store is killed, and then hold what is there against what was acknowledged. */
import { expect } from "bun:test";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import type { RespValue } from "../support/resp.ts";
import type { Random } from "../support/seed.ts";
import { StoreProcess } from "../support/store_process.ts";

const WRITERS = 8;

/** A client that works until its connection is gone, and knows what was acknowledged. */
class Writer {
  acknowledged = 0;
  readonly #name: string;

  constructor(index: number) {
    this.#name = `writer${index}`;
  }

  /** What request `n` does: a counter, a list and a pair of strings all have it, in one block or one by one. */
  #requests(n: number): Argument[][] {
    const name = this.#name;
    const work = [["INCR", `${name}:count`], ["RPUSH", `${name}:list`, String(n)]];
    return [
      ...work,
      ["MULTI"],
      ["SET", `${name}:a`, String(n)],
      ["SET", `${name}:b`, String(n)],
      ["EXEC"],
    ];
  }

  async run(client: RawClient): Promise<void> {
    try {
      for (let n = this.acknowledged + 1;; n++) {
        const requests = this.#requests(n);
        client.write(pipeline(requests));
        await client.readReplies(requests.length);
        this.acknowledged = n;
      }
    } catch {
      // The store is gone.
    }
  }

  /** Nothing acknowledged is missing, and no more is there than one request that was under way. */
  async check(ask: (...args: string[]) => Promise<RespValue>): Promise<void> {
    const count = Number(await ask("GET", `${this.#name}:count`) ?? 0);
    expect(count).toBeGreaterThanOrEqual(this.acknowledged);
    expect(count).toBeLessThanOrEqual(this.acknowledged + 1);
    const list = await ask("LRANGE", `${this.#name}:list`, "0", "-1") as string[];
    const length = await ask("LLEN", `${this.#name}:list`) as number;
    expect(length).toBe(list.length);
    expect(list.slice(0, this.acknowledged)).toEqual(
      Array.from({ length: this.acknowledged }, (_, i) => String(i + 1)),
    );
    const [a, b] = await ask("MGET", `${this.#name}:a`, `${this.#name}:b`) as (string | null)[];
    expect(a).toBe(b!);
    expect(Number(a ?? 0)).toBeGreaterThanOrEqual(this.acknowledged);
  }
}

/** Kills a store in the middle of work, again and again, and looks each time what its successor has. */
export async function killedUnderLoad(database: string, random: Random, rounds: number): Promise<void> {
  let writers: Writer[] = [];
  for (let round = 0; round <= rounds; round++) {
    await using store = await StoreProcess.start(database);
    using client = await store.connect();
    for (const writer of writers) await writer.check((...args) => client.command(...args));
    if (round === rounds) return;
    await client.command("FLUSHALL");
    writers = Array.from({ length: WRITERS }, (_, i) => new Writer(i));
    const clients = await Promise.all(writers.map(() => store.connect()));
    const running = writers.map((writer, i) => writer.run(clients[i]!));
    const enough = random.integer(20, 200);
    await eventually(
      "the writers are busy",
      () => writers.every(({ acknowledged }) => acknowledged > enough),
      { timeoutMs: 20_000 },
    );
    store.process.signal("SIGKILL");
    await Promise.all(running);
    for (const each of clients) each[Symbol.dispose]();
  }
}
