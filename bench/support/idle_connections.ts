/**
 * Connections that say nothing, held by a process of their own until its standard input ends.
 *
 * Run: bun idle_connections.ts HOST PORT COUNT. Prints one line once all are open.
 */
import type { Target } from "./target.ts";

/** So many are opened at a time, so that no accept queue overflows. */
const BATCH = 200;

if (import.meta.main) {
  const [host, port, count] = process.argv.slice(2);
  await hold(host!, Number(port), Number(count));
}

/** Open connections, closed by `await using`. */
export interface IdleConnections extends AsyncDisposable {
  readonly count: number;
}

/** Opens `count` connections to `target` from another process. Errors: throws when they can't all be opened. */
export async function openIdleConnections(target: Target, count: number): Promise<IdleConnections> {
  const command = [
    process.execPath,
    "--no-install",
    import.meta.path,
    target.host,
    `${target.port}`,
    `${count}`,
  ];
  const child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error(`${count} idle connections to ${target.name} could not be opened`);
  return {
    count,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await child.exited;
    },
  };
}

async function hold(hostname: string, port: number, count: number): Promise<void> {
  const sockets: Bun.Socket<unknown>[] = [];
  let lost = 0;
  const socket = { data() {}, close: () => void lost++ };
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - sockets.length) });
    sockets.push(...await Promise.all(batch.map(() => Bun.connect({ hostname, port, socket }))));
  }
  if (lost > 0) throw new Error(`${lost} of ${count} idle connections were closed by the target`);
  console.log("open");
  for await (const _ of Bun.stdin.stream()) { /* Only its end counts. */ }
  // With a reset, so that no port stays taken for a minute.
  for (const each of sockets) each.terminate();
}
