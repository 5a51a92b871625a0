/** `sennit upgrade` with a proxy that runs from its source. */
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { configText } from "../support/loaded_config.ts";
import { isAlive } from "../support/processes.ts";
import { RawClient } from "../support/raw_client.ts";
import { runSennit, startSennit } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

describe.skipIf(process.platform !== "linux")("sennit upgrade", () => {
  test("waits until the new process serves, or says why it doesn't", async () => {
    using dir = new TempDir();
    const [port, pidFile, log] = [freePort(), dir.file("pid"), dir.file("log")];
    const text = configText([{ listen: port, servers: ["127.0.0.1:1:1"] }]);
    await using proxy = await startSennit(text, { args: ["-p", pidFile, "-o", log] });
    writeFileSync(proxy.configFile, text.replace("redis: true", "redis: perhaps"));
    const refused = await runSennit("upgrade", "-p", pidFile, "-o", log);
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(new RegExp(`^sennit: process ${proxy.pid} serves on: .*upgrade.failed`));

    writeFileSync(proxy.configFile, text);
    const done = await runSennit("upgrade", "-p", pidFile, "-o", log);
    const successor = Number(done.stdout);
    try {
      expect({ ...done, successor }).toMatchObject({ exitCode: 0, stderr: "" });
      expect(successor).toBe(Number(readFileSync(pidFile, "utf8")));
      await eventually("the old one is gone", () => !isAlive(proxy.pid));
      using client = await RawClient.connect(port);
      expect(await client.command("PING")).toBe("PONG");
    } finally {
      process.kill(successor, "SIGKILL");
    }
  });
});
