import { describe, expect, test } from "bun:test";
import { handOver } from "../../../../src/control/sockets/handover.ts";
import { closeDescriptor, openSocket } from "../../../../src/transport/listening_socket.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePort } from "../../../support/free_port.ts";
import { openFiles } from "../../../support/open_files.ts";
import { isAlive } from "../../../support/processes.ts";
import { RawClient } from "../../../support/raw_client.ts";

const HANDOVER = new URL("../../../../src/control/sockets/handover.ts", import.meta.url).pathname;

/** A successor that does `what`; the functions of the module are in reach. */
function successor(what: string): string[] {
  const program = `const { takeInheritance, tellReady } = await import(${JSON.stringify(HANDOVER)}); ${what}`;
  return [process.execPath, "--no-install", "-e", program];
}

/** Tries it. */
function handing(
  command: readonly string[],
  { sockets = {}, signal = new AbortController().signal, patienceMs = 10_000 }: {
    sockets?: Record<string, readonly number[]>;
    signal?: AbortSignal;
    patienceMs?: number;
  } = {},
): Promise<number> {
  return handOver({ sockets, argv: [], signal, command, patienceMs });
}

describe.skipIf(process.platform !== "linux")("handOver", () => {
  test("gives the successor each socket at its address, and waits until it serves", async () => {
    const ports = [freePort(), freePort()];
    const sockets = Object.fromEntries(
      await Promise.all(ports.map(async (port) => {
        const address = { kind: "tcp" as const, host: "127.0.0.1", port };
        return [`127.0.0.1:${port}`, [await openSocket({ address, backlog: 10, shared: false })]] as const;
      })),
    );
    const files = openFiles();
    const pid = await handing(
      successor(`
        const { predecessor, sockets } = takeInheritance();
        if (takeInheritance() !== null) throw new Error("twice");
        for (const [address, [fd]] of Object.entries(sockets)) {
          const open = (socket) => socket.end(address + " " + predecessor + "\\r\\n");
          Bun.listen({ fd, socket: { open, data() {} } });
        }
        tellReady();`),
      { sockets },
    );
    try {
      for (const port of ports) {
        using client = await RawClient.connect(port);
        expect(await client.readLine()).toBe(`127.0.0.1:${port} ${process.pid}`);
      }
      // Those of this process are as they were.
      await eventually("nothing else is open", () => openFiles() <= files + 1);
    } finally {
      process.kill(pid, "SIGKILL");
      for (const [descriptor] of Object.values(sockets)) closeDescriptor(descriptor!);
    }
  });

  test.each([["process.exit(3)", "it ended with 3"], [
    "process.kill(process.pid, 'SIGKILL')",
    "it ended with SIGKILL",
  ]])(
    "says how a successor ended that does %s",
    async (what, reason) => {
      await expect(handing(successor(what))).rejects.toThrow(reason);
    },
  );

  test("says that there is no such program", async () => {
    await expect(handing(["/nonexistent/sennit"])).rejects.toThrow("ENOENT");
  });

  test("ends a successor that doesn't get ready in time", async () => {
    const files = openFiles();
    await expect(handing(["sleep", "100"], { patienceMs: 50 })).rejects.toThrow(
      "it was not ready within 50 ms",
    );
    await eventually("nothing is left open", () => openFiles() <= files);
  });

  test("ends a successor when this process is told to end", async () => {
    const end = new AbortController();
    const { promise, resolve } = Promise.withResolvers<number>();
    const { port, stop } = waitForPid(resolve);
    const attempt = handing(
      successor(`await fetch("http://127.0.0.1:${port}/" + process.pid); setInterval(() => {}, 1e6);`),
      {
        signal: end.signal,
      },
    );
    const pid = await promise;
    end.abort();
    await expect(attempt).rejects.toThrow("this process ends");
    expect(isAlive(pid)).toBe(false);
    stop();
    await expect(handing(["sleep", "100"], { signal: end.signal })).rejects.toThrow();
  });

  test("goes on as a successor whose predecessor is gone", async () => {
    const program = successor(
      "await new Promise((resolve) => process.on('disconnect', resolve)); tellReady(); console.log('on')",
    );
    const child = Bun.spawn(program, { stdio: ["ignore", "pipe", "inherit"], ipc() {} });
    child.disconnect();
    expect((await child.stdout.text()).trim()).toBe("on");
    expect(await child.exited).toBe(0);
  });
});

/** Somebody to whom a process can say its id. */
function waitForPid(tell: (pid: number) => void): { port: number; stop(): void } {
  const port = freePort();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(socket, chunk) {
        tell(Number(/GET \/(\d+)/.exec(chunk.toString())![1]));
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
      },
    },
  });
  return { port, stop: () => listener.stop(true) };
}
