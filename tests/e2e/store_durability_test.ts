/** What a store has acknowledged is on the disk: seen in its system calls, and after it was killed in the middle of work. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { pipeline } from "../support/resp_encoder.ts";
import { Random } from "../support/seed.ts";
import { StoreProcess } from "../support/store_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { killedUnderLoad } from "./store_writers.ts";
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

test("a store that is killed under load has all it has acknowledged", async () => {
  using dir = new TempDir();
  await killedUnderLoad(`sqlite:${dir.file("store.db")}`, new Random("kill"), 4);
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
