/** Stores over database servers: what they have outlives them, and they outlive a server that goes away. */
import { describe, expect, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RespError } from "../support/resp.ts";
import { Random } from "../support/seed.ts";
import { SqlServer } from "../support/sql_servers.ts";
import { runSennit } from "../support/sennit.ts";
import { StoreProcess } from "../support/store_process.ts";
import { killedUnderLoad } from "./store_writers.ts";

const SERVERS = [
  { name: "postgres", program: "initdb", start: () => SqlServer.postgres() },
  { name: "mysql", program: "mariadbd", start: () => SqlServer.mariadb() },
] as const;

describe.each(SERVERS)("a store over $name", ({ name, program, start }) => {
  const reason = reasonToSkip(program);
  const titled = (title: string) => reason === null ? title : `${title}: skipped, ${reason}`;

  test.skipIf(reason !== null)(titled("that is killed under load has all it has acknowledged"), async () => {
    await using server = await start();
    await killedUnderLoad(server.url, new Random(`kill ${name}`), 2);
  }, 120_000);

  test.skipIf(reason !== null)(
    titled("is alone, says why it can't connect, and never the password"),
    async () => {
      await using server = await start();
      await using _ = await StoreProcess.start(server.url);
      expect(StoreProcess.start(server.url)).rejects.toThrow("another process uses it");
      const { exitCode, stderr } = await runSennit("store", `${name}://me:secret@127.0.0.1:1/db`);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`${name}://127.0.0.1:1/db: `);
      expect(stderr).not.toContain("secret");
    },
    60_000,
  );

  test.skipIf(reason !== null)(
    titled("answers with errors while its server is away, and goes on then"),
    async () => {
      await using server = await start();
      await using store = await StoreProcess.start(server.url);
      expect(await store.command("SET", "a", "1")).toBe("OK");
      await server.restart(async () => {
        const reply = await store.command("GET", "a");
        expect(reply).toBeInstanceOf(RespError);
      });
      await eventually("it is served again", async () => await store.command("GET", "a") === "1", {
        timeoutMs: 20_000,
      });
      expect(await store.command("INCR", "a")).toBe(2);
    },
    60_000,
  );

  test.skipIf(reason !== null)(titled("refuses what its indexes or packets can't take"), async () => {
    await using server = await start();
    await using store = await StoreProcess.start(server.url);
    const long = await store.command("SET", "x".repeat(3000), "v") as RespError;
    expect(long.message).toContain(`is longer than ${name} can index (2048)`);
    const key = "k".repeat(2048);
    expect(await store.command("ZADD", key, "1", key)).toBe(1);
    expect(await store.command("ZRANGE", key, "0", "-1")).toEqual([key]);
    const large = await store.command("SET", "a", Buffer.alloc(20 * 1024 * 1024));
    if (name === "mysql") expect((large as RespError).message).toContain("is longer than this mysql takes");
    else expect(large).toBe("OK");
    expect(await store.command("PING")).toBe("PONG");
  }, 60_000);
});
