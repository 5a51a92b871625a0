/** What a store has acknowledged is on the disk: seen in its system calls, and after it was killed in the middle of work. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import type { RawClient } from "../support/raw_client.ts";
import { type Argument, pipeline } from "../support/resp_encoder.ts";
import type { RespValue } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { StoreProcess } from "../support/store_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { reasonWithoutTinyDisk, TinyDisk } from "../support/tiny_disk.ts";

const CALLS = "trace=fsync,fdatasync,pwrite64,sendto";
const SYNCED = /\b(fsync|fdatasync)\(\d+\)\s+= 0$|<\.\.\. (fsync|fdatasync) resumed>\)\s+= 0$/;

/** What the trace says of the log's writes, of syncs that have returned, and of replies that leave, in order. */
function eventsIn(trace: string): string[] {
  return trace.split("\n").flatMap((line) => {
    if (/pwrite64\(.*\) = \d+$/.test(line)) return ["write"];
    if (SYNCED.test(line)) return ["sync"];
    return /sendto\(\d+, "[+:]/.test(line) ? ["reply"] : [];
  });
}

/** Runs a store under strace. */
async function traced(
  dir: TempDir,
  ...args: string[]
): Promise<{ store: StoreProcess; events: () => string[] }> {
  const file = dir.file("trace");
  const prefix = ["strace", "-D", "-f", "-e", CALLS, "-o", file];
  const store = await StoreProcess.start(`sqlite:${dir.file("store.db")}`, { prefix, args });
  const before = eventsIn(readFileSync(file, "utf8")).length;
  return { store, events: () => eventsIn(readFileSync(file, "utf8")).slice(before) };
}

describe.skipIf(reasonToSkip("strace") !== null)("the system calls of a store", () => {
  test("show a sync behind what was written and before each reply", async () => {
    using dir = new TempDir();
    const { store, events } = await traced(dir);
    await using _ = store;
    using client = await store.connect();
    for (let i = 0; i < 20; i++) expect(await client.command("SET", `key${i}`, "value")).toBe("OK");
    const seen = await eventually("all replies are in the trace", () => {
      const found = events();
      return found.filter((each) => each === "reply").length === 20 ? found : null;
    });
    expect(seen!.join(" ")).toMatch(/^((write )+sync reply ?)+$/);
  });

  test("show one sync for all that came together", async () => {
    using dir = new TempDir();
    const { store, events } = await traced(dir);
    await using _ = store;
    using client = await store.connect();
    client.write(pipeline(Array.from({ length: 500 }, (_, i) => ["SET", `key${i}`, "value"])));
    await client.readReplies(500);
    const syncs = events().filter((each) => each === "sync").length;
    expect(syncs).toBeGreaterThan(0);
    expect(syncs).toBeLessThan(50);
  });

  test("show syncs beside the work with --durability interval", async () => {
    using dir = new TempDir();
    const { store, events } = await traced(dir, "--durability", "interval");
    await using _ = store;
    using client = await store.connect();
    await client.command("SET", "key", "value");
    const seen = await eventually("a sync", () => {
      const found = events();
      return found.includes("sync") ? found : null;
    });
    expect(seen!.indexOf("reply")).toBeLessThan(seen!.indexOf("sync"));
  });
});

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

test("a store that is killed under load has all it has acknowledged", async () => {
  using dir = new TempDir();
  const random = new Random("kill");
  const database = `sqlite:${dir.file("store.db")}`;
  let writers: Writer[] = [];
  for (let round = 0; round < 4; round++) {
    await using store = await StoreProcess.start(database);
    using client = await store.connect();
    for (const writer of writers) await writer.check((...args) => client.command(...args));
    await client.command("FLUSHALL");
    writers = Array.from({ length: 8 }, (_, i) => new Writer(i));
    const clients = await Promise.all(writers.map(() => store.connect()));
    const running = writers.map((writer, i) => writer.run(clients[i]!));
    const enough = random.integer(50, 300);
    await eventually(
      "the writers are busy",
      () => writers.every(({ acknowledged }) => acknowledged > enough),
    );
    store.process.signal("SIGKILL");
    await Promise.all(running);
    for (const each of clients) each[Symbol.dispose]();
  }
}, 60_000);

describe.skipIf(reasonWithoutTinyDisk() !== null)("a store whose disk is full", () => {
  test("says so, keeps what it has, and goes on when there is room", async () => {
    using disk = new TinyDisk(2 * 1024 * 1024);
    const database = `sqlite:${disk.file("store.db")}`;
    const value = "x".repeat(50_000);
    const kept: string[] = [];
    await using store = await StoreProcess.start(database);
    for (let i = 0;; i++) {
      const reply = await store.command("SET", `key${i}`, value);
      if (reply !== "OK") {
        expect(String((reply as { message: string }).message)).toContain("failed");
        break;
      }
      kept.push(`key${i}`);
    }
    expect(kept.length).toBeGreaterThan(5);
    for (const key of kept) expect(await store.command("STRLEN", key)).toBe(value.length);
    expect(await store.command("DBSIZE")).toBe(kept.length);
  });
});

test("a second store on the same file is refused", async () => {
  using dir = new TempDir();
  const database = `sqlite:${dir.file("store.db")}`;
  await using _ = await StoreProcess.start(database);
  expect(StoreProcess.start(database)).rejects.toThrow("another process uses it");
});
