/** The demo, as somebody tries it who has read the README's first command, and what is left of it afterwards. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { isFree } from "../support/free_port.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { sennitCommand } from "../support/sennit.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

function startDemo(dir: TempDir): Promise<ServerProcess> {
  const file = dir.file("output");
  const command = ["sh", "-c", `exec "$@" >${file} 2>&1`, "sh", ...sennitCommand(), "demo"];
  return ServerProcess.start({
    name: "the demo",
    command,
    env: { TMPDIR: dir.path },
    isReady: async () => existsSync(file) && (await Bun.file(file).text()).includes("Ctrl-C ends it"),
  });
}

describe.skipIf(reasonToSkip("redis-server") !== null)("the demo", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "does what it says can be typed, and leaves nothing behind at %s",
    async (signal) => {
      using dir = new TempDir();
      await using demo = await startDemo(dir);
      const output = await Bun.file(dir.file("output")).text();
      const port = Number(/redis-cli -p (\d+)$/m.exec(output)![1]);
      const servers = /ports (\d+) and (\d+)/.exec(output)!.slice(1).map(Number);
      {
        using client = await RawClient.connect(port);
        const typed = Array.from(output.matchAll(/^ {2}((?:SET|MSET|MGET) .*)$/gm), ([, line]) => line!);
        client.write(typed.map((line) => `${line}\r\n`).join(""));
        expect(await client.readReplies(3)).toEqual(["OK", "OK", ["ada", "grace", "edsger"]]);
      }
      demo.signal(signal);
      await eventually("it ends", () => !demo.isRunning);
      expect(await demo.exited).toBe(0);
      expect([port, ...servers].map(isFree)).toEqual([true, true, true]);
      expect(readdirSync(dir.path)).toEqual(["output"]);
    },
  );
});
