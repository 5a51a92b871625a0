/** The proxy under a service manager that listens on NOTIFY_SOCKET, from its source and as one executable; its unit. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { compiledSennit } from "../support/compiled_sennit.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { NotifySocket } from "../support/notify_socket.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { ProxyProcess } from "../support/proxy_process.ts";
import { sennitCommand } from "../support/sennit.ts";
import { testUnless } from "../support/test_unless.ts";
import { TempDir } from "../support/temp_dir.ts";

const KINDS: [string, () => readonly string[]][] = [
  ["from its source", sennitCommand],
  ["as one executable", () => [compiledSennit()]],
];

/** A proxy that tells `socket` how it is. */
function start(socket: NotifySocket, command: readonly string[], args: readonly string[] = []) {
  return ProxyProcess.start({
    name: "sennit",
    command: (file) => [...command, "-c", file, ...args],
    env: { NOTIFY_SOCKET: socket.address, WATCHDOG_USEC: "500000" },
    config: poolConfig({ listen: freePort(), servers: ["127.0.0.1:1:1"] }),
  });
}

function bind(): Promise<NotifySocket> {
  return NotifySocket.bind(`@sennit-test-${crypto.randomUUID()}`);
}

describe.skipIf(process.platform !== "linux" || reasonToSkip("python3") !== null)("a service manager", () => {
  test.each(KINDS)("hears that the proxy, %s, is ready, alive and stopping", async (_, command) => {
    await using socket = await bind();
    await using proxy = await start(socket, command());
    expect(await socket.until("READY=1")).toBe("READY=1\nSTATUS=serves 1 pool");
    await socket.until("WATCHDOG=1");
    expect(await proxy.stop()).toBe(0);
    expect(await socket.until("STOPPING=1")).toBe("STOPPING=1\nSTATUS=ends after SIGTERM");
  });

  test("hears that the proxy reloads and is ready again, also when the file is bad", async () => {
    await using socket = await bind();
    await using proxy = await start(socket, sennitCommand());
    await socket.until("READY=1");
    for (const isGood of [true, false]) {
      socket.messages.length = 0;
      if (!isGood) writeFileSync(proxy.configFile, "nonsense");
      proxy.signal("SIGHUP");
      expect(await socket.until("RELOADING=1")).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
      await socket.until("READY=1");
      const states = socket.messages.filter((message) => !message.startsWith("WATCHDOG"));
      expect(states.map((message) => message.split("\n")[0])).toEqual(["RELOADING=1", "READY=1"]);
    }
  });

  test("hears which process is the main one after an upgrade, and from that one then", async () => {
    await using socket = await bind();
    using dir = new TempDir();
    const pidFile = dir.file("pid");
    const pid = () => existsSync(pidFile) ? Number(readFileSync(pidFile, "latin1")) : 0;
    await using proxy = await start(socket, sennitCommand(), ["-p", pidFile]);
    await socket.until("READY=1");
    proxy.signal("SIGUSR2");
    await eventually("the pid file is the successor's", () => pid() !== proxy.pid && pid() !== 0);
    const successor = pid();
    using _ = { [Symbol.dispose]: () => void (pid() === successor && process.kill(successor, "SIGKILL")) };
    await socket.until(`MAINPID=${successor}`);
    await eventually("the old process is gone", () => !proxy.process.isRunning);
    expect(socket.messages.filter((message) => message.startsWith("STOPPING"))).toEqual([]);
    socket.messages.length = 0;
    await socket.until("WATCHDOG=1");
    process.kill(successor, "SIGTERM");
    await socket.until("STOPPING=1");
    await eventually("the pid file is gone", () => !existsSync(pidFile));
  });
});

testUnless(Bun.which("systemd-analyze") === null ? "systemd-analyze is not installed" : null)(
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
