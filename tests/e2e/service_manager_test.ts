/** The proxy under a service manager that listens on NOTIFY_SOCKET, from its source and as one executable; its unit. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { compiledSennit } from "../support/compiled_sennit.ts";
import { freePort } from "../support/free_port.ts";
import { NotifySocket } from "../support/notify_socket.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { ProxyProcess } from "../support/proxy_process.ts";
import { sennitCommand } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

const KINDS: [string, () => readonly string[]][] = [
  ["from its source", sennitCommand],
  ["as one executable", () => [compiledSennit()]],
];

describe.skipIf(process.platform !== "linux" || reasonToSkip("python3") !== null)("a service manager", () => {
  test.each(KINDS)("hears that the proxy, %s, is ready, alive and stopping", async (_, command) => {
    await using socket = await NotifySocket.bind(`@sennit-test-${crypto.randomUUID()}`);
    await using proxy = await ProxyProcess.start({
      name: "sennit",
      command: (file) => [...command(), "-c", file],
      env: { NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: "500000" },
      config: poolConfig({ listen: freePort(), servers: ["127.0.0.1:1:1"] }),
    });
    expect(await socket.until("READY=1")).toBe("READY=1\nSTATUS=serves 1 pool");
    await socket.until("WATCHDOG=1");
    expect(await proxy.stop()).toBe(0);
    expect(await socket.until("STOPPING=1")).toBe("STOPPING=1\nSTATUS=ends after SIGTERM");
  });
});

test.skipIf(Bun.which("systemd-analyze") === null)(
  "systemd finds nothing to object to in the unit",
  async () => {
    using dir = new TempDir();
    const binary = compiledSennit();
    const unit = await Bun.spawn([binary, "help", "systemd"], { stdout: "pipe" }).stdout.text();
    expect(unit).toContain(`\nExecStart=${binary} -c /etc/sennit/sennit.yml\n`);
    writeFileSync(dir.file("sennit.service"), unit);
    const verify = Bun.spawnSync(["systemd-analyze", "verify", dir.file("sennit.service")]);
    // Units of the machine's own may have faults.
    expect(verify.stderr.toString().split("\n").filter((line) => line.includes("sennit"))).toEqual([]);
  },
);
