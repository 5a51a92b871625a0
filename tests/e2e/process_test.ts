/** The program as a process: signals, the log file, the backlog, a descriptor it is given, an address that is taken. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { poolConfig } from "../support/pool_config.ts";
import { reasonToSkip } from "../support/programs.ts";
import { RawClient } from "../support/raw_client.ts";
import { runSennit, startSennit } from "../support/sennit.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Nobody listens there; these tests need no server. */
const NOWHERE = ["127.0.0.1:1:1"];

async function config(options: Record<string, string | number | boolean> = {}): Promise<string> {
  return poolConfig({ listen: await freePort(), servers: NOWHERE, options });
}

describe("sennit", () => {
  test("ends with 0 at SIGTERM, after clients had their replies", async () => {
    await using proxy = await startSennit(await config());
    using client = await proxy.connect();
    expect(await client.command("PING")).toBe("PONG");
    const ended = proxy.stop();
    expect((await client.readUntilClose()).length).toBe(0);
    client.close();
    expect(await ended).toBe(0);
    expect(proxy.log).toContain("stopping reason=SIGTERM");
  });

  test("opens its log file anew at SIGHUP, and logs more after SIGTTIN", async () => {
    using dir = new TempDir();
    const file = dir.file("sennit.log");
    await using proxy = await startSennit(await config(), { args: ["-o", file, "-v", "5"] });
    await eventually("it has started", () => readFileSync(file, "utf8").includes(" started "));
    renameSync(file, `${file}.1`);
    proxy.signal("SIGHUP");
    await eventually("the file is there again", () => existsSync(file));
    using client = await proxy.connect();
    client.write("*1\r\nnonsense\r\n");
    await client.readUntilClose();
    await eventually(
      "the fault is in the new file",
      () => readFileSync(file, "utf8").includes("client.fault"),
    );
    expect(readFileSync(`${file}.1`, "utf8")).not.toContain("client.fault");
  });

  test("says which address it can't listen on, and ends with 1", async () => {
    await using proxy = await startSennit(await config());
    const { exitCode, stderr } = await runSennit("-c", proxy.configFile);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`listen on 127.0.0.1:${proxy.port}: another process listens there`);
  });

  test.skipIf(reasonToSkip("ss") !== null)("has the backlog it is told to have", async () => {
    await using proxy = await startSennit(await config({ backlog: 77 }));
    // What ss shows as the send queue of a listening socket is the limit of its accept queue.
    await eventually("the queue is limited", () => {
      const { stdout } = Bun.spawnSync(["ss", "-Hltn", `sport = :${proxy.port}`]);
      return stdout.toString().trim().split(/\s+/)[2] === "77";
    });
  });
});

test("listen adopts a descriptor that another process listened on, and serves who came meanwhile", async () => {
  const first = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }) as
    & Bun.TCPSocketListener
    & { fd: number };
  const program = new URL("../support/adopting_listener.ts", import.meta.url).pathname;
  const child = Bun.spawn([process.execPath, "--no-install", program], {
    stdio: ["ignore", "pipe", "inherit", first.fd],
  });
  try {
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe("listening\n");
    first.stop();
    using client = await RawClient.connect(first.port);
    client.write("hello\r\n");
    expect(await client.readLine()).toBe("hello");
  } finally {
    child.kill();
  }
});
