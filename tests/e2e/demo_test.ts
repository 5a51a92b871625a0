/**
 * The demo, as somebody tries it who has nothing but this program: what it says can be typed, and what is left of it
 * afterwards.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { compiledSennit } from "../support/compiled_sennit.ts";
import { eventually } from "../support/eventually.ts";
import { isFree } from "../support/free_port.ts";
import { RawClient } from "../support/raw_client.ts";
import { sennitCommand } from "../support/sennit.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Starts it with an empty PATH, in a directory of its own, where temporary files would go too. */
function startDemo(dir: TempDir, command: readonly string[]): Promise<ServerProcess> {
  const file = dir.file("output");
  mkdirSync(dir.file("home"));
  const line = `cd ${dir.file("home")}; exec env PATH= TMPDIR=${dir.file("home")} "$@" >${file} 2>&1`;
  return ServerProcess.start({
    name: "the demo",
    command: ["sh", "-c", line, "sh", ...command, "demo"],
    isReady: async () => existsSync(file) && (await Bun.file(file).text()).includes("Ctrl-C ends it"),
  });
}

/** What it printed: ports of the proxy and of the stores, and where the admin endpoint is. */
async function printed(dir: TempDir) {
  const output = await Bun.file(dir.file("output")).text();
  const ports = Array.from(output.matchAll(/redis-cli -p (\d+)/g), ([, port]) => Number(port));
  return {
    output,
    proxy: Number(/^ {2}redis-cli -p (\d+)$/m.exec(output)![1]),
    ports,
    admin: /http:\S+/.exec(output)![0],
  };
}

async function tryIt(dir: TempDir): Promise<void> {
  const { output, proxy, ports, admin } = await printed(dir);
  using client = await RawClient.connect(proxy);
  const typed = Array.from(output.matchAll(/^ {2}((?:SET|MSET|MGET) .*)$/gm), ([, line]) => line!);
  client.write(typed.map((line) => `${line}\r\n`).join(""));
  expect(await client.readReplies(3)).toEqual(["OK", "OK", ["ada", "grace", "edsger"]]);
  const counts = await Promise.all(
    ports.slice(1).map(async (port) => {
      using store = await RawClient.connect(port);
      return await store.command("DBSIZE") as number;
    }),
  );
  expect(counts.length).toBe(2);
  expect(counts[0]! + counts[1]!).toBe(3);
  expect((await fetch(admin)).status).toBe(200);
}

describe("the demo", () => {
  test.each([["SIGINT", 0], ["SIGTERM", 0], ["SIGHUP", 0], ["SIGKILL", 137]] as const)(
    "does what it says can be typed, and leaves nothing behind at %s",
    async (signal, exitCode) => {
      using dir = new TempDir();
      await using demo = await startDemo(dir, sennitCommand());
      await tryIt(dir);
      demo.signal(signal);
      await eventually("it ends", () => !demo.isRunning);
      expect(await demo.exited).toBe(exitCode);
      const { ports, admin } = await printed(dir);
      expect([...ports, Number(new URL(admin).port)].map(isFree)).toEqual([true, true, true, true]);
      expect(readdirSync(dir.path).sort()).toEqual(["home", "output"]);
      expect(readdirSync(dir.file("home"))).toEqual([]);
    },
  );

  test("needs nothing but its executable", async () => {
    using dir = new TempDir();
    await using demo = await startDemo(dir, [compiledSennit()]);
    await tryIt(dir);
    expect(demo.isRunning).toBe(true);
  }, 30_000);
});
